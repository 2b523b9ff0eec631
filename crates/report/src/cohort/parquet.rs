//! The table of a cohort as Apache Parquet: the columns and values of CSV, as numbers and texts with nulls for what is missing.

use std::io::{Error, Result, Write};
use std::sync::Arc;

use parquet::basic::{Compression, GzipLevel, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::Type;

use super::table::{Column, Kind};

/// Rows that are held and written together.
const GROUP: usize = 4096;

/// A Parquet file of a [`CohortTable`](super::CohortTable), which grows row by row.
#[derive(Debug)]
pub struct ParquetTable<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    columns: Vec<Values>,
    rows: usize,
}

/// The values of a column that were not written yet.
#[derive(Debug)]
enum Values {
    Texts(Vec<Option<ByteArray>>),
    Numbers(Vec<Option<f64>>),
}

impl<W: Write + Send> ParquetTable<W> {
    /// A table without rows.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn new(file: W, columns: &[Column]) -> Result<Self> {
        let field = |column: &Column| {
            let (physical, logical) = match column.kind {
                Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
                Kind::Number => (Physical::DOUBLE, None),
            };
            let field = Type::primitive_type_builder(&column.name, physical)
                .with_logical_type(logical)
                .with_repetition(Repetition::OPTIONAL);
            field.build().map(Arc::new)
        };
        let open = || {
            let fields = columns
                .iter()
                .map(field)
                .collect::<std::result::Result<_, _>>()?;
            let schema = Type::group_type_builder("cohort")
                .with_fields(fields)
                .build()?;
            let properties = WriterProperties::builder()
                .set_compression(Compression::GZIP(GzipLevel::default()))
                .set_created_by(concat!("myops ", env!("CARGO_PKG_VERSION")).into());
            SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties.build()))
        };
        let empty = |column: &Column| match column.kind {
            Kind::Text => Values::Texts(Vec::new()),
            Kind::Number => Values::Numbers(Vec::new()),
        };
        Ok(Self {
            writer: open().map_err(cause)?,
            columns: columns.iter().map(empty).collect(),
            rows: 0,
        })
    }

    /// Adds the row of a case.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn add(&mut self, row: &[String]) -> Result<()> {
        for (column, cell) in self.columns.iter_mut().zip(row) {
            match column {
                Values::Texts(values) => {
                    values.push((!cell.is_empty()).then(|| cell.as_str().into()));
                }
                Values::Numbers(values) => values.push(cell.parse().ok()),
            }
        }
        self.rows += 1;
        if self.rows == GROUP {
            self.write_group().map_err(cause)?;
        }
        Ok(())
    }

    /// Writes what was held, and the end of the file; gives the file back.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn finish(mut self) -> Result<W> {
        if self.rows > 0 {
            self.write_group().map_err(cause)?;
        }
        self.writer.into_inner().map_err(cause)
    }

    fn write_group(&mut self) -> std::result::Result<(), ParquetError> {
        let mut group = self.writer.next_row_group()?;
        for column in &mut self.columns {
            match column {
                Values::Texts(values) => write_column::<_, ByteArrayType>(&mut group, values)?,
                Values::Numbers(values) => write_column::<_, DoubleType>(&mut group, values)?,
            }
        }
        group.close()?;
        self.rows = 0;
        Ok(())
    }
}

/// Writes the next column of a group and forgets its values.
fn write_column<W: Write + Send, D: DataType>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: &mut Vec<Option<D::T>>,
) -> std::result::Result<(), ParquetError> {
    let there: Vec<i16> = values
        .iter()
        .map(|value| i16::from(value.is_some()))
        .collect();
    let values: Vec<D::T> = values.drain(..).flatten().collect();
    if let Some(mut column) = group.next_column()? {
        column
            .typed::<D>()
            .write_batch(&values, Some(&there), None)?;
        column.close()?;
    }
    Ok(())
}

/// What the system said, where it is that.
fn cause(error: ParquetError) -> Error {
    match error {
        ParquetError::External(cause) => match cause.downcast::<Error>() {
            Ok(cause) => *cause,
            Err(cause) => Error::other(cause),
        },
        error => Error::other(error),
    }
}

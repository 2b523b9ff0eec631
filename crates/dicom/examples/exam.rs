//! Reads a folder or archive of DICOM files: `exam IN OUT` prints the table of its series and writes each sequence as NIfTI, in the
//! order in which its series stores it (the first phase of a cine).

#![expect(clippy::print_stdout, reason = "its output is what it is for")]

use std::error::Error;
use std::path::Path;

use myops_dicom::load::PhaseChoice;
use myops_dicom::role::{Rules, SeriesChoice};
use myops_dicom::scan::Scan;
use myops_image::io::{Placement, write_image};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(out)) = (arguments.next(), arguments.next()) else {
        return Err("usage: exam IN OUT".into());
    };
    std::fs::create_dir_all(&out)?;
    let scan = Scan::of(&[folder])?;
    println!("{} files passed over", scan.passed_over().len());
    for exam in scan.exams() {
        println!("{}", exam.id());
        let table = exam.table(&Rules::default(), &SeriesChoice::default())?;
        for row in &table.rows {
            let role = row.role.map_or("-", |role| role.name());
            println!(
                "{:>4} {role:>5} {:>3} x {:>2}  {:>4} x {:>4}  {}: {}",
                row.numbers(),
                row.slices,
                row.phases,
                row.rows,
                row.columns,
                row.description,
                row.reason
            );
        }
        let loaded = exam.load(&table, PhaseChoice::Number(1))?;
        for (sequence, image) in loaded.exam.images.iter() {
            if let Some(image) = image {
                let stored = image.storage().stored(image.volume());
                let path = Path::new(&out).join(format!("{}.nii.gz", sequence.name()));
                write_image(&path, &stored, &Placement::of_grid(stored.grid()))?;
            }
        }
    }
    Ok(())
}

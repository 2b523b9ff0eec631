//! Decompression of all members of a gzip file.

use std::io::{self, BufRead, ErrorKind, Read};

use flate2::bufread::GzDecoder;

/// The first bytes of each member.
pub(super) const MAGIC: [u8; 2] = [0x1F, 0x8B];

/// Decompresses all members of a gzip file. Zeros after a member are padding, which gzip, Python
/// and nibabel ignore too; other bytes that are no member are an error.
pub(super) struct Members<R>(Option<GzDecoder<R>>);

impl<R: BufRead> Members<R> {
    pub(super) fn of(file: R) -> Self {
        Self(Some(GzDecoder::new(file)))
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.0 {
            match member.read(buffer)? {
                0 if !buffer.is_empty() => {
                    self.0 = self
                        .0
                        .take()
                        .map(GzDecoder::into_inner)
                        .map_or(Ok(None), next)?;
                }
                n => return Ok(n),
            }
        }
        Ok(0)
    }
}

/// The next member after padding, if there is one.
fn next<R: BufRead>(mut file: R) -> io::Result<Option<GzDecoder<R>>> {
    loop {
        let bytes = file.fill_buf()?;
        match bytes.iter().position(|byte| *byte != 0) {
            None if bytes.is_empty() => return Ok(None),
            None => {
                let zeros = bytes.len();
                file.consume(zeros);
            }
            Some(zeros) if bytes[zeros] == MAGIC[0] => {
                file.consume(zeros);
                return Ok(Some(GzDecoder::new(file)));
            }
            Some(_) => {
                return Err(io::Error::new(
                    ErrorKind::InvalidData,
                    "unexpected bytes after its end",
                ));
            }
        }
    }
}

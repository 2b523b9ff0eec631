//! Writes the pixels of a DICOM file for comparison with other programs: `pixels FILE OUT` writes them as 32-bit floating-point
//! numbers in the order of this machine, frame after frame, and prints frames, rows and columns.

#![expect(clippy::print_stdout, reason = "its output is read by a script")]

use std::error::Error;

use myops_dicom::pixels::Pixels;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(file), Some(out)) = (arguments.next(), arguments.next()) else {
        return Err("usage: pixels FILE OUT".into());
    };
    let pixels = Pixels::decode(std::fs::read(file)?)?;
    let mut bytes = Vec::new();
    for frame in 0..pixels.frames() {
        bytes.extend(pixels.frame(frame)?.into_iter().flat_map(f32::to_ne_bytes));
    }
    std::fs::write(out, bytes)?;
    let [columns, rows] = pixels.size();
    println!("{} {rows} {columns}", pixels.frames());
    Ok(())
}

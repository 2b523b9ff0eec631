//! NIfTI files made field by field, right or wrong.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Order {
    Little,
    Big,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Version {
    One,
    Two,
}

/// The voxel types that are read, by NIfTI's code.
pub const TYPES: [i16; 10] = [2, 4, 8, 16, 64, 256, 512, 768, 1024, 1280];

/// A NIfTI file. By default: version 1, little-endian `i16` voxels 0 to 23 on 4 x 3 x 2 voxels of 0.75 x 0.75 x 12 mm
/// placed by a q-form without rotation.
#[derive(Debug, Clone)]
pub struct Handmade {
    pub version: Version,
    pub order: Order,
    pub magic: Vec<u8>,
    pub dim: Vec<i64>,
    pub data_type: i16,
    pub voxels: Vec<f64>,
    pub pixdim: [f32; 4],
    pub offset: f32,
    pub scaling: [f32; 2],
    pub units: u8,
    pub codes: [i16; 2],
    pub quaternion: [f32; 3],
    pub qoffset: [f32; 3],
    pub srow: [[f32; 4]; 3],
}

impl Default for Handmade {
    fn default() -> Self {
        Self {
            version: Version::One,
            order: Order::Little,
            magic: b"n+1\0".into(),
            dim: vec![4, 3, 2],
            data_type: 4,
            voxels: (0..24).map(f64::from).collect(),
            pixdim: [1.0, 0.75, 0.75, 12.0],
            offset: 352.0,
            scaling: [f32::NAN, f32::NAN],
            units: 10,
            codes: [1, 0],
            quaternion: [0.0; 3],
            qoffset: [1.0, 2.0, 3.0],
            srow: [[0.0; 4]; 3],
        }
    }
}

impl Handmade {
    /// The same as NIfTI-2.
    pub fn version_2(self) -> Self {
        Self {
            version: Version::Two,
            magic: b"n+2\0\r\n\x1a\n".into(),
            offset: 544.0,
            ..self
        }
    }

    /// A label map of these numbers on 4 x 3 x 2 voxels, and background where they end.
    pub fn labels(numbers: &[f64]) -> Self {
        let mut voxels = numbers.to_vec();
        voxels.resize(24, 0.0);
        Self {
            voxels,
            ..Self::default()
        }
    }

    /// The bytes of the `.nii` file.
    pub fn bytes(&self) -> Vec<u8> {
        let mut file = match self.version {
            Version::One => self.header_1(),
            Version::Two => self.header_2(),
        };
        for voxel in &self.voxels {
            self.put_voxel(&mut file, *voxel);
        }
        file
    }

    /// The bytes of the `.nii.gz` file.
    pub fn gzip(&self) -> Vec<u8> {
        gzip(&self.bytes())
    }

    fn put_voxel(&self, file: &mut Vec<u8>, v: f64) {
        let mut bytes = match self.data_type {
            2 => (v as u8).to_le_bytes().to_vec(),
            8 => (v as i32).to_le_bytes().to_vec(),
            16 => (v as f32).to_le_bytes().to_vec(),
            64 => v.to_le_bytes().to_vec(),
            256 => (v as i8).to_le_bytes().to_vec(),
            512 => (v as u16).to_le_bytes().to_vec(),
            768 => (v as u32).to_le_bytes().to_vec(),
            1024 => (v as i64).to_le_bytes().to_vec(),
            1280 => (v as u64).to_le_bytes().to_vec(),
            _ => (v as i16).to_le_bytes().to_vec(),
        };
        if self.order == Order::Big {
            bytes.reverse();
        }
        file.extend(bytes);
    }

    fn dims(&self) -> [i64; 8] {
        let mut dim = [1; 8];
        dim[0] = self.dim.len() as i64;
        dim[1..=self.dim.len()].copy_from_slice(&self.dim);
        dim
    }

    fn header_1(&self) -> Vec<u8> {
        let mut h = Sheet {
            bytes: vec![0; 352],
            order: self.order,
        };
        h.put(0, 348_i32.to_le_bytes());
        self.dims()
            .iter()
            .enumerate()
            .for_each(|(n, d)| h.put(40 + 2 * n, (*d as i16).to_le_bytes()));
        h.put(70, self.data_type.to_le_bytes());
        h.f32s(76, &self.pixdim);
        h.f32s(108, &[self.offset, self.scaling[0], self.scaling[1]]);
        h.bytes[123] = self.units;
        h.bytes[148..160].copy_from_slice(b"\x01\0\0\0_\0\0\0gi\xa9\xf0");
        h.put(252, self.codes[0].to_le_bytes());
        h.put(254, self.codes[1].to_le_bytes());
        h.f32s(256, &self.quaternion);
        h.f32s(268, &self.qoffset);
        h.f32s(280, self.srow.as_flattened());
        h.bytes[344..348].copy_from_slice(&self.magic);
        h.bytes
    }

    fn header_2(&self) -> Vec<u8> {
        let mut h = Sheet {
            bytes: vec![0; 544],
            order: self.order,
        };
        h.put(0, 540_i32.to_le_bytes());
        h.bytes[4..12].copy_from_slice(&self.magic);
        h.put(12, self.data_type.to_le_bytes());
        self.dims()
            .iter()
            .enumerate()
            .for_each(|(n, d)| h.put(16 + 8 * n, d.to_le_bytes()));
        h.f64s(104, &self.pixdim);
        h.put(168, (self.offset as i64).to_le_bytes());
        h.f64s(176, &self.scaling);
        h.put(344, i32::from(self.codes[0]).to_le_bytes());
        h.put(348, i32::from(self.codes[1]).to_le_bytes());
        h.f64s(352, &self.quaternion);
        h.f64s(376, &self.qoffset);
        h.f64s(400, self.srow.as_flattened());
        h.put(500, i32::from(self.units).to_le_bytes());
        h.bytes
    }
}

/// Packs bytes as gzip does.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

struct Sheet {
    bytes: Vec<u8>,
    order: Order,
}

impl Sheet {
    fn put<const N: usize>(&mut self, at: usize, mut bytes: [u8; N]) {
        if self.order == Order::Big {
            bytes.reverse();
        }
        self.bytes[at..at + N].copy_from_slice(&bytes);
    }

    fn f32s(&mut self, at: usize, values: &[f32]) {
        values
            .iter()
            .enumerate()
            .for_each(|(n, v)| self.put(at + 4 * n, v.to_le_bytes()));
    }

    fn f64s(&mut self, at: usize, values: &[f32]) {
        values
            .iter()
            .enumerate()
            .for_each(|(n, v)| self.put(at + 8 * n, f64::from(*v).to_le_bytes()));
    }
}

//! The voxel types of NIfTI files, and their decoding.

/// The byte order of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ByteOrder {
    Little,
    Big,
}

/// A voxel type with one number per voxel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DataType {
    U8,
    I8,
    I16,
    U16,
    I32,
    U32,
    I64,
    U64,
    F32,
    F64,
}

impl DataType {
    /// The type with a NIfTI `datatype` code; `None` if it has not one number per voxel.
    pub(super) fn from_code(code: i16) -> Option<Self> {
        Some(match code {
            2 => Self::U8,
            4 => Self::I16,
            8 => Self::I32,
            16 => Self::F32,
            64 => Self::F64,
            256 => Self::I8,
            512 => Self::U16,
            768 => Self::U32,
            1024 => Self::I64,
            1280 => Self::U64,
            _ => return None,
        })
    }

    /// The number of bytes of one voxel.
    pub(super) fn bytes(self) -> usize {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::I16 | Self::U16 => 2,
            Self::I32 | Self::U32 | Self::F32 => 4,
            Self::I64 | Self::U64 | Self::F64 => 8,
        }
    }

    /// Whether it is an integer type.
    pub(super) fn is_integer(self) -> bool {
        !matches!(self, Self::F32 | Self::F64)
    }

    /// Decodes `bytes`, applies `value` to each number, and appends the results.
    pub(super) fn decode<T>(
        self,
        order: ByteOrder,
        bytes: &[u8],
        out: &mut Vec<T>,
        value: impl Fn(f64) -> T,
    ) {
        macro_rules! decode {
            ($t:ty) => {{
                let (voxels, _) = bytes.as_chunks::<{ size_of::<$t>() }>();
                match order {
                    ByteOrder::Little => {
                        out.extend(voxels.iter().map(|b| value(<$t>::from_le_bytes(*b) as f64)))
                    }
                    ByteOrder::Big => {
                        out.extend(voxels.iter().map(|b| value(<$t>::from_be_bytes(*b) as f64)))
                    }
                }
            }};
        }
        #[expect(
            clippy::cast_lossless,
            reason = "one line for all types: some of them need a cast"
        )]
        match self {
            Self::U8 => decode!(u8),
            Self::I8 => decode!(i8),
            Self::I16 => decode!(i16),
            Self::U16 => decode!(u16),
            Self::I32 => decode!(i32),
            Self::U32 => decode!(u32),
            Self::I64 => decode!(i64),
            Self::U64 => decode!(u64),
            Self::F32 => decode!(f32),
            Self::F64 => decode!(f64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_become_numbers_in_either_order() {
        let mut out = Vec::new();
        DataType::I16.decode(
            ByteOrder::Little,
            &[0xAD, 0x08, 0xFF, 0xFF],
            &mut out,
            |v| v,
        );
        DataType::U16.decode(ByteOrder::Big, &[0x08, 0xAD, 0xFF, 0xFF], &mut out, |v| v);
        DataType::I8.decode(ByteOrder::Big, &[0xFF], &mut out, |v| v);
        assert_eq!(out, [2221.0, -1.0, 2221.0, 65535.0, -1.0]);
    }

    #[test]
    fn colour_and_complex_have_no_type() {
        for code in [0, 1, 32, 128, 1536, 1792, 2048, 2304, -4] {
            assert_eq!(DataType::from_code(code), None, "{code}");
        }
    }
}

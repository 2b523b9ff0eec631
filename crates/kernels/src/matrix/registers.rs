//! The tile registers.
//!
//! Their instructions are written out, since the language has no stable names for them. The compiler does not know of the
//! registers and never touches them, so they keep what is in them from one instruction to the next.

use std::arch::asm;
use std::sync::OnceLock;

use super::SIDE;

/// A matrix unit that this process may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Matrix(());

impl Matrix {
    /// That of this processor, asked once: it needs AMX-BF16 and AVX512-BF16, and a system that keeps the registers.
    pub fn get() -> Option<Self> {
        static AVAILABLE: OnceLock<bool> = OnceLock::new();
        AVAILABLE.get_or_init(is_available).then_some(Self(()))
    }

    /// Shapes the registers: sums of `lanes` rows, first factors of `lanes` rows of `pairs`, second ones of `pairs` rows.
    ///
    /// Registers 0 to 3 are sums, 4 and 5 first factors, 6 and 7 second ones.
    #[expect(
        clippy::unused_self,
        reason = "the value proves that there are registers"
    )]
    pub(super) fn tiles(self, lanes: usize, pairs: usize) -> Tiles {
        assert!(
            (1..=SIDE).contains(&lanes) && (1..=super::PAIRS).contains(&pairs),
            "a tile of another size"
        );
        let mut shape = Shape {
            palette: 1,
            ..Shape::default()
        };
        for n in 0..8 {
            let [rows, columns] = if n < 4 {
                [lanes, SIDE]
            } else if n < 6 {
                [lanes, pairs]
            } else {
                [pairs, SIDE]
            };
            (shape.rows[n], shape.bytes[n]) = (rows as u8, 4 * columns as u16);
        }
        // SAFETY: the processor has the instruction, and every shape is one that it allows.
        unsafe { asm!("ldtilecfg [{}]", in(reg) &raw const shape, options(nostack, readonly)) };
        Tiles {
            sums: [[[0.0; SIDE]; SIDE]; 4],
        }
    }
}

/// What the instruction that shapes the registers reads.
#[derive(Default)]
#[repr(C, align(64))]
struct Shape {
    palette: u8,
    start: u8,
    reserved: [u8; 14],
    bytes: [u16; 16],
    rows: [u8; 16],
}

#[cfg(not(all(target_os = "linux", not(miri))))]
fn is_available() -> bool {
    false
}

/// Whether the processor has the instructions and Linux lets the process use the registers.
#[cfg(all(target_os = "linux", not(miri)))]
fn is_available() -> bool {
    use std::arch::x86_64::{__cpuid_count, __get_cpuid_max};

    const BF16_AND_TILES: u32 = 1 << 22 | 1 << 24;
    const ARCH_PRCTL: u64 = 158;
    const REQUEST_PERMISSION: u64 = 0x1023;
    const TILE_DATA: u64 = 18;
    if !(is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bf16"))
        || __get_cpuid_max(0).0 < 7
    {
        return false;
    }
    let has_instructions = __cpuid_count(7, 0).edx & BF16_AND_TILES == BF16_AND_TILES;
    has_instructions && {
        let refused: i64;
        // SAFETY: `arch_prctl` reads and writes no memory here, and changes nothing where it refuses.
        unsafe {
            asm!(
                "syscall",
                inlateout("rax") ARCH_PRCTL => refused,
                in("rdi") REQUEST_PERMISSION,
                in("rsi") TILE_DATA,
                lateout("rcx") _,
                lateout("r11") _,
                options(nostack),
            );
        }
        refused == 0
    }
}

/// The registers with their shapes, which end with this value.
#[repr(C, align(64))]
pub(super) struct Tiles {
    sums: [[[f32; SIDE]; SIDE]; 4],
}

impl Drop for Tiles {
    fn drop(&mut self) {
        // SAFETY: the processor has the instruction, and nobody else uses the registers of this thread.
        unsafe { asm!("tilerelease", options(nostack, nomem)) };
    }
}

impl Tiles {
    /// The sums of the products of all pairs of `factors`: `[lane][output channel]` of tile `2 * p + v`, for `p < P` and
    /// `v < V`.
    ///
    /// Each item holds where the rows of `P` first factors start, and where those of a second factor do, the next of
    /// which start 64 bytes after it. Rows lie `steps` bytes apart.
    ///
    /// # Safety
    /// All rows of all factors, as long as the registers' shapes say, can be read.
    #[inline(always)]
    pub unsafe fn sums<const P: usize, const V: usize>(
        &mut self,
        factors: impl Iterator<Item = ([*const u8; P], *const u8)>,
        steps: [usize; 2],
    ) -> &[[[f32; SIDE]; SIDE]; 4] {
        let row = size_of::<[f32; SIDE]>();
        let [first, second, third, fourth] = self.sums.each_mut().map(|sums| sums.as_mut_ptr());
        // SAFETY: the registers have shapes; the caller vouches for the addresses, and each tile of sums has its room.
        unsafe {
            asm!(
                "tilezero tmm0",
                "tilezero tmm1",
                "tilezero tmm2",
                "tilezero tmm3",
                options(nostack, nomem)
            );
            for (a, b) in factors {
                multiply::<P, V>(a, b, steps);
            }
            asm!("tilestored [{} + {}], tmm0", in(reg) first, in(reg) row, options(nostack));
            if V > 1 {
                asm!("tilestored [{} + {}], tmm1", in(reg) second, in(reg) row, options(nostack));
            }
            if P > 1 {
                asm!("tilestored [{} + {}], tmm2", in(reg) third, in(reg) row, options(nostack));
            }
            if P > 1 && V > 1 {
                asm!("tilestored [{} + {}], tmm3", in(reg) fourth, in(reg) row, options(nostack));
            }
        }
        &self.sums
    }
}

/// Adds the products of `P` first factors and `V` second ones to their sums.
#[inline(always)]
unsafe fn multiply<const P: usize, const V: usize>(
    a: [*const u8; P],
    b: *const u8,
    [a_step, b_step]: [usize; 2],
) {
    // SAFETY: the caller vouches for the addresses and for the registers' shapes.
    unsafe {
        match (P, V) {
            (1, 1) => asm!(
                "tileloadd tmm4, [{a} + {a_step}]",
                "tileloadd tmm6, [{b} + {b_step}]",
                "tdpbf16ps tmm0, tmm4, tmm6",
                a = in(reg) a[0], b = in(reg) b, a_step = in(reg) a_step, b_step = in(reg) b_step,
                options(nostack, readonly),
            ),
            (1, _) => asm!(
                "tileloadd tmm4, [{a} + {a_step}]",
                "tileloadd tmm6, [{b} + {b_step}]",
                "tdpbf16ps tmm0, tmm4, tmm6",
                "tileloadd tmm7, [{b} + {b_step} + 64]",
                "tdpbf16ps tmm1, tmm4, tmm7",
                a = in(reg) a[0], b = in(reg) b, a_step = in(reg) a_step, b_step = in(reg) b_step,
                options(nostack, readonly),
            ),
            (_, 1) => asm!(
                "tileloadd tmm6, [{b} + {b_step}]",
                "tileloadd tmm4, [{a} + {a_step}]",
                "tdpbf16ps tmm0, tmm4, tmm6",
                "tileloadd tmm5, [{c} + {a_step}]",
                "tdpbf16ps tmm2, tmm5, tmm6",
                a = in(reg) a[0], c = in(reg) a[P - 1], b = in(reg) b, a_step = in(reg) a_step, b_step = in(reg) b_step,
                options(nostack, readonly),
            ),
            _ => asm!(
                "tileloadd tmm4, [{a} + {a_step}]",
                "tileloadd tmm6, [{b} + {b_step}]",
                "tdpbf16ps tmm0, tmm4, tmm6",
                "tileloadd tmm7, [{b} + {b_step} + 64]",
                "tdpbf16ps tmm1, tmm4, tmm7",
                "tileloadd tmm5, [{c} + {a_step}]",
                "tdpbf16ps tmm2, tmm5, tmm6",
                "tdpbf16ps tmm3, tmm5, tmm7",
                a = in(reg) a[0], c = in(reg) a[P - 1], b = in(reg) b, a_step = in(reg) a_step, b_step = in(reg) b_step,
                options(nostack, readonly),
            ),
        }
    }
}

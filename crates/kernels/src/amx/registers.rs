//! The tile registers of the matrix unit.
//!
//! Their instructions are inline assembly, since the standard library has no stable intrinsics for them. The compiler never
//! uses these registers itself, so their content is kept from one block of assembly to the next.

use std::arch::asm;
use std::sync::OnceLock;

use super::size::{MAX_PAIRS, SIDE};

/// The proof that this process may use the matrix unit, AVX-512F and AVX512-BF16.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MatrixUnit(());

impl MatrixUnit {
    /// The matrix unit of this processor, detected once. It requires AMX-BF16, AVX512-BF16 and an operating system that saves
    /// the tile registers.
    pub fn get() -> Option<Self> {
        static AVAILABLE: OnceLock<bool> = OnceLock::new();
        AVAILABLE.get_or_init(is_available).then_some(Self(()))
    }

    /// Configures the registers of this thread: 0 to 3 are sums of `rows` rows, 4 and 5 first factors of `rows` rows of
    /// `pairs`, and 6 and 7 second factors of `pairs` rows.
    ///
    /// # Panics
    /// If `rows` or `pairs` are not 1 to 16.
    #[expect(
        clippy::unused_self,
        reason = "the value proves that the registers exist"
    )]
    pub fn tiles(self, rows: usize, pairs: usize) -> Tiles {
        assert!(
            (1..=SIDE).contains(&rows) && (1..=MAX_PAIRS).contains(&pairs),
            "a tile of {rows} rows and {pairs} pairs"
        );
        let mut configuration = Configuration {
            palette: 1,
            ..Configuration::default()
        };
        for n in 0..8 {
            let [height, width] = if n < 4 {
                [rows, SIDE]
            } else if n < 6 {
                [rows, pairs]
            } else {
                [pairs, SIDE]
            };
            (configuration.rows[n], configuration.bytes[n]) = (height as u8, 4 * width as u16);
        }
        // SAFETY: the processor has the instruction, and the bounds above are its own.
        unsafe {
            asm!("ldtilecfg [{}]", in(reg) &raw const configuration, options(nostack, readonly));
        };
        Tiles {
            sums: [[[0.0; SIDE]; SIDE]; 4],
        }
    }
}

/// The operand of the instruction that configures the registers.
#[derive(Default)]
#[repr(C, align(64))]
struct Configuration {
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

/// Whether the processor has the instructions and Linux permits the process to use the registers.
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
        // SAFETY: `arch_prctl` accesses no memory of the process here, and changes nothing if it refuses.
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

/// The configured registers of this thread, released when this value is dropped.
#[repr(C, align(64))]
pub struct Tiles {
    sums: [[[f32; SIDE]; SIDE]; 4],
}

impl Drop for Tiles {
    fn drop(&mut self) {
        // SAFETY: the processor has the instruction, and only one `Tiles` of a thread exists at a time.
        unsafe { asm!("tilerelease", options(nostack, nomem)) };
    }
}

impl Tiles {
    /// The sums of the products of all items of `factors`: `[row of the tile][output channel]` in tile `2 * p + v`, for
    /// `p < P` and `v < V`.
    ///
    /// An item has the addresses of `P` first factors and of the first of `V` second factors; the next second factor lies
    /// 64 bytes after it. The rows of a factor lie `steps` bytes apart.
    ///
    /// # Safety
    /// All rows of all factors can be read, as many and as long as the registers were configured for.
    #[inline(always)]
    pub unsafe fn sums<const P: usize, const V: usize>(
        &mut self,
        factors: impl Iterator<Item = ([*const u8; P], *const u8)>,
        steps: [usize; 2],
    ) -> &[[[f32; SIDE]; SIDE]; 4] {
        let row = size_of::<[f32; SIDE]>();
        let [first, second, third, fourth] = self.sums.each_mut().map(|sums| sums.as_mut_ptr());
        // SAFETY: the registers are configured, the caller guarantees the addresses, and `sums` has room for each tile.
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

/// Adds the products of `P` first and `V` second factors to their sums.
///
/// # Safety
/// The registers are configured, and all rows of all factors can be read.
#[inline(always)]
unsafe fn multiply<const P: usize, const V: usize>(
    a: [*const u8; P],
    b: *const u8,
    [a_step, b_step]: [usize; 2],
) {
    // SAFETY: the caller guarantees the configuration and the addresses.
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

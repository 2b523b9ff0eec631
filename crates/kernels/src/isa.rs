//! The instruction set of the processor, detected at run time.

use std::sync::OnceLock;

use crate::amx::MatrixUnit;
#[cfg(target_arch = "x86_64")]
use crate::lanes::{Avx2, Avx512, DotProduct};
use crate::lanes::{Job, Lanes, Pairs, Portable, TwoProducts};

/// An instruction set that the kernels are compiled for, and the precision in which convolutions multiply.
///
/// A value exists only for instruction sets that this processor has.
///
/// ```
/// use myops_kernels::Isa;
///
/// let widest = Isa::best();
/// assert_eq!(widest, Isa::available()[0]);
/// assert!(!widest.is_bf16() && widest.in_bf16().is_bf16());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Isa {
    kind: Kind,
    factors: Factors,
}

/// The operands that a convolution's instruction multiplies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Factors {
    /// Floats.
    Floats,
    /// Pairs of bf16 numbers.
    Pairs,
    /// Tiles of bf16 numbers, on a matrix unit.
    Tiles,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    Portable,
}

impl Isa {
    /// The widest instruction set of this processor, detected once, multiplying in 32 bits.
    pub fn best() -> Self {
        static BEST: OnceLock<Isa> = OnceLock::new();
        *BEST.get_or_init(|| Self::available()[0])
    }

    /// All instruction sets of this processor, the widest first, multiplying in 32 bits.
    pub fn available() -> Vec<Self> {
        let mut all = Vec::new();
        #[cfg(all(target_arch = "x86_64", not(miri)))]
        {
            if is_x86_feature_detected!("avx512f") {
                all.push(Kind::Avx512);
            }
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                all.push(Kind::Avx2);
            }
        }
        all.push(Kind::Portable);
        all.into_iter()
            .map(|kind| Self {
                kind,
                factors: Factors::Floats,
            })
            .collect()
    }

    /// All instruction sets of this processor, the fastest first, multiplying in bf16.
    pub fn available_in_bf16() -> Vec<Self> {
        let in_pairs = Self::available().into_iter().map(|isa| Self {
            factors: Factors::Pairs,
            ..isa
        });
        let in_tiles = Self::available()
            .into_iter()
            .map(Self::in_bf16)
            .filter(|isa| isa.matrix_unit().is_some());
        in_tiles.chain(in_pairs).collect()
    }

    /// The same instruction set, multiplying in bf16: factors have 8 bits of precision, sums are in 32 bits.
    #[must_use]
    pub fn in_bf16(self) -> Self {
        let has_tiles = self.lanes() == 16 && MatrixUnit::get().is_some();
        Self {
            factors: if has_tiles {
                Factors::Tiles
            } else {
                Factors::Pairs
            },
            ..self
        }
    }

    /// Whether convolutions multiply in bf16.
    pub fn is_bf16(self) -> bool {
        self.factors != Factors::Floats
    }

    /// The matrix unit, if convolutions use it.
    pub(crate) fn matrix_unit(self) -> Option<MatrixUnit> {
        if self.factors == Factors::Tiles {
            MatrixUnit::get()
        } else {
            None
        }
    }

    /// Whether the processor has a matrix unit for bf16. Without one, pairs are multiplied: the results are correct, but
    /// measured times are longer than in 32 bits.
    pub fn has_matrix_unit(self) -> bool {
        self.in_bf16().matrix_unit().is_some()
    }

    /// Whether the processor has an instruction for products of pairs; otherwise two products of floats replace it.
    fn has_bf16(self) -> bool {
        match self.kind {
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512 => is_x86_feature_detected!("avx512bf16"),
            _ => false,
        }
    }

    /// Floats in a register.
    pub fn lanes(self) -> usize {
        match self.kind {
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512 => 16,
            _ => 8,
        }
    }

    /// The usual name of the instruction set.
    pub fn name(self) -> &'static str {
        match self.kind {
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512 => "AVX-512",
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => "AVX2",
            Kind::Portable => "portable",
        }
    }

    /// Does work with this instruction set, on floats.
    pub fn run<J: Job>(self, job: J) -> J::Output {
        match self.kind {
            // SAFETY: a value of this kind exists only if AVX-512F was detected.
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512 => unsafe { run_avx512(job) },
            // SAFETY: a value of this kind exists only if AVX2 and FMA were detected.
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => unsafe { run_avx2(job) },
            // SAFETY: portable Rust runs on every processor.
            Kind::Portable => unsafe { job.run::<Portable>() },
        }
    }

    /// Does work whose factors are pairs if convolutions multiply in bf16, and floats otherwise.
    pub(crate) fn run_products<J: Job>(self, job: J) -> J::Output {
        if !self.is_bf16() {
            return self.run(job);
        }
        match self.kind {
            // SAFETY: AVX-512F was detected, and AVX512-BF16 in this condition.
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512 if self.has_bf16() => unsafe { run_avx512_bf16(job) },
            _ => self.run(InPairs(job)),
        }
    }
}

/// A job whose factors are pairs.
struct InPairs<J>(J);

impl<J: Job> Job for InPairs<J> {
    type Output = J::Output;

    #[inline(always)]
    unsafe fn run<L: Lanes>(self) -> J::Output {
        // SAFETY: the caller guarantees the instruction set of `L`, which is that of the pairs.
        unsafe { self.0.run::<Pairs<L, TwoProducts>>() }
    }
}

/// Runs a job with AVX-512.
///
/// # Safety
/// The processor has AVX-512F.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn run_avx512<J: Job>(job: J) -> J::Output {
    // SAFETY: the caller guarantees AVX-512F.
    unsafe { job.run::<Avx512>() }
}

/// Runs a job on pairs with AVX-512.
///
/// # Safety
/// The processor has AVX-512F and AVX512-BF16.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bf16")]
unsafe fn run_avx512_bf16<J: Job>(job: J) -> J::Output {
    // SAFETY: the caller guarantees AVX-512F and AVX512-BF16.
    unsafe { job.run::<Pairs<Avx512, DotProduct>>() }
}

/// Runs a job with AVX2.
///
/// # Safety
/// The processor has AVX2 and FMA.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn run_avx2<J: Job>(job: J) -> J::Output {
    // SAFETY: the caller guarantees AVX2 and FMA.
    unsafe { job.run::<Avx2>() }
}

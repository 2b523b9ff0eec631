//! Which instruction set the processor has, asked at run time.

use std::sync::OnceLock;

use super::Job;
use super::pairs::{Pairs, Split};
use super::portable::Portable;
use crate::matrix::Matrix;

/// An instruction set that the kernels are compiled for, and how convolutions multiply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Isa {
    kind: Kind,
    factors: Factors,
}

/// What a convolution's instruction multiplies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Factors {
    /// Floats.
    Floats,
    /// Pairs of bf16 numbers.
    Pairs,
    /// Tiles of bf16 numbers.
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
    /// The widest that this processor has, asked once, multiplying in 32 bits.
    pub fn best() -> Self {
        static BEST: OnceLock<Isa> = OnceLock::new();
        *BEST.get_or_init(|| Self::available()[0])
    }

    /// All that this processor has, the widest first, multiplying in 32 bits.
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

    /// All that this processor has, the fastest first, multiplying in bf16.
    pub fn available_in_bf16() -> Vec<Self> {
        let in_pairs = Self::available().into_iter().map(|isa| Self {
            factors: Factors::Pairs,
            ..isa
        });
        let in_tiles = Self::available()
            .into_iter()
            .map(Self::in_bf16)
            .filter(|isa| isa.matrix().is_some());
        in_tiles.chain(in_pairs).collect()
    }

    /// The same instruction set, multiplying in bf16: 8 bits of precision, sums in 32 bits.
    #[must_use]
    pub fn in_bf16(self) -> Self {
        let has_tiles = self.lanes() == 16 && Matrix::get().is_some();
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

    /// What multiplies tiles, where convolutions do.
    pub(crate) fn matrix(self) -> Option<Matrix> {
        if self.factors == Factors::Tiles {
            Matrix::get()
        } else {
            None
        }
    }

    /// Whether the processor has a matrix unit for bf16; elsewhere pairs are multiplied, which is right, but where it was
    /// measured slower than 32 bits.
    pub fn has_matrix_unit(self) -> bool {
        self.in_bf16().matrix().is_some()
    }

    /// Whether the processor multiplies pairs itself; elsewhere two products of floats stand for a pair's.
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

    /// The name that people know.
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
            // SAFETY: a value of this kind exists only where the processor was found to have AVX-512F.
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512 => unsafe { run_avx512(job) },
            // SAFETY: a value of this kind exists only where the processor was found to have AVX2 and FMA.
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => unsafe { run_avx2(job) },
            // SAFETY: plain Rust, which every processor runs.
            Kind::Portable => unsafe { job.run::<Portable>() },
        }
    }

    /// Does work whose factors are pairs where convolutions multiply in bf16, and floats where they do not.
    pub(crate) fn run_products<J: Job>(self, job: J) -> J::Output {
        if !self.is_bf16() {
            return self.run(job);
        }
        match self.kind {
            // SAFETY: the processor was found to have AVX-512F, and has just been asked for AVX512-BF16.
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
    unsafe fn run<L: super::Lanes>(self) -> J::Output {
        // SAFETY: the caller's promise is the same.
        unsafe { self.0.run::<Pairs<L, Split>>() }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn run_avx512<J: Job>(job: J) -> J::Output {
    // SAFETY: the caller has made sure of AVX-512F.
    unsafe { job.run::<super::avx512::Avx512>() }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bf16")]
unsafe fn run_avx512_bf16<J: Job>(job: J) -> J::Output {
    use super::avx512::{Avx512, Dot};
    // SAFETY: the caller has made sure of AVX-512F and AVX512-BF16.
    unsafe { job.run::<Pairs<Avx512, Dot>>() }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn run_avx2<J: Job>(job: J) -> J::Output {
    // SAFETY: the caller has made sure of AVX2 and FMA.
    unsafe { job.run::<super::avx2::Avx2>() }
}

//! Which instruction set the processor has, asked at run time.

use std::sync::OnceLock;

use super::Job;
use super::portable::Portable;

/// An instruction set that the kernels are compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Isa(Kind);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    Portable,
}

impl Isa {
    /// The widest that this processor has; asked once.
    pub fn best() -> Self {
        static BEST: OnceLock<Isa> = OnceLock::new();
        *BEST.get_or_init(|| Self::available()[0])
    }

    /// All that this processor has, the widest first.
    pub fn available() -> Vec<Self> {
        let mut all = Vec::new();
        #[cfg(all(target_arch = "x86_64", not(miri)))]
        {
            if is_x86_feature_detected!("avx512f") {
                all.push(Self(Kind::Avx512));
            }
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                all.push(Self(Kind::Avx2));
            }
        }
        all.push(Self(Kind::Portable));
        all
    }

    /// Floats in a register.
    pub fn lanes(self) -> usize {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512 => 16,
            _ => 8,
        }
    }

    /// The name that people know.
    pub fn name(self) -> &'static str {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512 => "AVX-512",
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => "AVX2",
            Kind::Portable => "portable",
        }
    }

    /// Does work with this instruction set.
    pub fn run<J: Job>(self, job: J) -> J::Output {
        match self.0 {
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
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn run_avx512<J: Job>(job: J) -> J::Output {
    // SAFETY: the caller has made sure of AVX-512F.
    unsafe { job.run::<super::avx512::Avx512>() }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn run_avx2<J: Job>(job: J) -> J::Output {
    // SAFETY: the caller has made sure of AVX2 and FMA.
    unsafe { job.run::<super::avx2::Avx2>() }
}

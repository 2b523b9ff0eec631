//! Rates of kernels relative to the peak rate of the processor.

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::Throughput;
use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use myops_kernels::Isa;
use myops_kernels::lanes::{Job, Lanes};
use rayon::prelude::*;

/// A measurement of time that is displayed as operations per second and in percent of the peak rate.
pub struct Rate {
    time: WallTime,
    /// The peak rate of fused multiply-adds in GFLOP/s.
    pub peak: f64,
}

impl Rate {
    /// Measures the peak rate.
    pub fn with_peak(isa: Isa) -> Self {
        Self {
            time: WallTime,
            peak: peak_gflops(isa),
        }
    }
}

impl Measurement for Rate {
    type Intermediate = Instant;
    type Value = Duration;

    fn start(&self) -> Instant {
        self.time.start()
    }

    fn end(&self, start: Instant) -> Duration {
        self.time.end(start)
    }

    fn add(&self, a: &Duration, b: &Duration) -> Duration {
        self.time.add(a, b)
    }

    fn zero(&self) -> Duration {
        self.time.zero()
    }

    fn to_f64(&self, value: &Duration) -> f64 {
        self.time.to_f64(value)
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        self
    }
}

impl ValueFormatter for Rate {
    fn format_throughput(&self, throughput: &Throughput, nanoseconds: f64) -> String {
        match throughput {
            Throughput::Elements(flop) => {
                let rate = *flop as f64 / nanoseconds;
                format!("{rate:.0} GFLOP/s, {:.0} %", 100.0 * rate / self.peak)
            }
            Throughput::Bytes(bytes) => format!("{:.1} GB/s", *bytes as f64 / nanoseconds),
            _ => self
                .time
                .formatter()
                .format_throughput(throughput, nanoseconds),
        }
    }

    fn scale_values(&self, typical: f64, values: &mut [f64]) -> &'static str {
        self.time.formatter().scale_values(typical, values)
    }

    fn scale_throughputs(
        &self,
        typical: f64,
        throughput: &Throughput,
        values: &mut [f64],
    ) -> &'static str {
        self.time
            .formatter()
            .scale_throughputs(typical, throughput, values)
    }

    fn scale_for_machines(&self, values: &mut [f64]) -> &'static str {
        self.time.formatter().scale_for_machines(values)
    }
}

/// Fused multiply-adds in registers, with enough independent sums to hide the latency of an instruction.
struct Peak;

impl Peak {
    const SUMS: usize = 24;
    const ROUNDS: usize = 1 << 16;
}

impl Job for Peak {
    type Output = f64;

    #[inline(always)]
    unsafe fn run<L: Lanes>(self) -> f64 {
        // SAFETY: the caller guarantees the instruction set; a register has at most 16 floats.
        unsafe {
            let factor = L::splat(black_box(0.5));
            let mut sums = [L::splat(black_box(1.0)); Self::SUMS];
            for _ in 0..Self::ROUNDS {
                for sum in &mut sums {
                    *sum = sum.mul_add(factor, factor);
                }
            }
            let mut floats = [0.0; 16];
            for sum in sums {
                sum.store(floats.as_mut_ptr());
                black_box(&floats);
            }
        }
        2e-9 * (Self::SUMS * Self::ROUNDS * L::N) as f64
    }
}

/// The rate of all threads together in GFLOP/s: the highest of many rounds, since other processes may use the processor.
fn peak_gflops(isa: Isa) -> f64 {
    let threads = rayon::current_num_threads();
    let round = || {
        let start = Instant::now();
        let gflop: f64 = (0..threads).into_par_iter().map(|_| isa.run(Peak)).sum();
        gflop / start.elapsed().as_secs_f64()
    };
    (0..100).map(|_| round()).fold(0.0, f64::max)
}

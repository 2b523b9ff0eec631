//! A statistic that the forward pass of a training moves.

use std::sync::{Mutex, MutexGuard, PoisonError};

use burn::module::{
    Content, Devices, Module, ModuleDisplay, ModuleDisplayDefault, ModuleMapper, ModuleVisitor,
};
use burn::module::{Param, ParamId};
use burn::tensor::{Device, Tensor};

/// A running mean over batches, `[c]`, whose value is the same on every thread.
///
/// Burn's own `RunningState` keeps the last update of each thread apart until somebody merges them. A training moves from
/// thread to thread of the pool, so that its statistics would depend on which thread was free. A clone has a value of its
/// own.
#[derive(Debug)]
pub struct RunningMean {
    id: ParamId,
    value: Mutex<Tensor<1>>,
}

impl RunningMean {
    /// Starts with a value.
    pub fn new(value: Tensor<1>) -> Self {
        Self {
            id: ParamId::new(),
            value: Mutex::new(value),
        }
    }

    /// The value after the last update.
    pub fn value(&self) -> Tensor<1> {
        self.lock().clone()
    }

    /// Replaces a share of the value by what a batch gave.
    pub fn update(&self, batch: Tensor<1>, share: f64) {
        let mut value = self.lock();
        let kept = value.clone() * (1.0 - share);
        *value = (kept + batch.detach() * share).detach();
    }

    /// A thread that panicked left a whole tensor, the old one or the new one.
    fn lock(&self) -> MutexGuard<'_, Tensor<1>> {
        self.value.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with(&self, change: impl FnOnce(Tensor<1>) -> Tensor<1>) -> Self {
        Self {
            id: self.id,
            value: Mutex::new(change(self.value())),
        }
    }
}

impl Clone for RunningMean {
    fn clone(&self) -> Self {
        self.with(|value| value)
    }
}

impl Module for RunningMean {
    fn visit<V: ModuleVisitor>(&self, visitor: &mut V) {
        visitor.visit_float(&Param::initialized(self.id, self.value()));
    }

    fn map<M: ModuleMapper>(self, mapper: &mut M) -> Self {
        let (id, value, _) = mapper
            .map_float(Param::initialized(self.id, self.value()))
            .consume();
        // It is no weight: the optimiser leaves it alone.
        Self {
            id,
            value: Mutex::new(value.set_require_grad(false)),
        }
    }

    fn to_device(self, device: &Device) -> Self {
        self.with(|value| value.to_device(device))
    }

    fn fork(self, device: &Device) -> Self {
        self.to_device(device)
    }

    fn collect_devices(&self, mut devices: Devices) -> Devices {
        let device = self.value().device();
        if !devices.contains(&device) {
            devices.push(device);
        }
        devices
    }

    fn materialize(self) -> Self {
        self
    }

    fn valid(&self) -> Self {
        self.with(Tensor::without_autodiff)
    }

    fn train(self) -> Self {
        self.with(Tensor::from_inner)
    }
}

impl ModuleDisplayDefault for RunningMean {
    fn content(&self, content: Content) -> Option<Content> {
        content.add_formatted(&"RunningMean".to_owned()).optional()
    }
}

impl ModuleDisplay for RunningMean {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::numbers;

    #[test]
    fn updates_from_several_threads_count_one_after_another() {
        let device = Device::flex().autodiff();
        let running = RunningMean::new(Tensor::zeros([1], &device));
        for batch in [8.0, 4.0, 2.0] {
            let batch = Tensor::<1>::full([1], batch, &device);
            std::thread::scope(|scope| scope.spawn(|| running.update(batch, 0.5)).join().unwrap());
        }
        // ((0 + 8) / 2 + 4) / 2 = 4, and (4 + 2) / 2 = 3.
        assert_eq!(numbers(running.value()), [3.0]);
    }

    #[test]
    fn a_clone_goes_its_own_way() {
        let device = Device::flex().autodiff();
        let running = RunningMean::new(Tensor::zeros([1], &device));
        let clone = running.clone();
        running.update(Tensor::ones([1], &device), 0.5);
        assert_eq!(
            [numbers(running.value()), numbers(clone.value())],
            [[0.5], [0.0]]
        );
    }
}

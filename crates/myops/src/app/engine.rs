//! The device of the engine, under the one name that this crate uses for it.

pub(crate) use myops_net::engine::Device;

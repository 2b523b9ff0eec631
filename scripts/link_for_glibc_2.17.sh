#!/bin/sh
# The linker of `cargo xtask dist`: zig's, with the symbols of the glibc of 2012.
exec cargo-zigbuild zig cc -- -target x86_64-linux-gnu.2.17 "$@"

//! The macro that declares a table of settings.

/// Declares a struct as a table of settings.
///
/// The description of a field is the explanation of its key. `#[within(low, high)]` after the description and serde's
/// attributes bounds a number, both ends included. Values are numbers, [`Switch`](crate::Switch)es, enumerations (see
/// [`choices!`](crate::choices)) and other tables.
#[macro_export]
macro_rules! settings {
    (
        $(#[$meta:meta])*
        pub struct $Table:ident {$(
            $(#[doc = $about:literal])+
            $(#[serde($($serde:tt)*)])*
            $(#[within($low:expr, $high:expr)])?
            pub $key:ident: $Value:ty,
        )+}
    ) => {
        $(#[$meta])*
        pub struct $Table {$(
            $(#[doc = $about])+
            $(#[serde($($serde)*)])*
            pub $key: $Value,
        )+}

        impl $crate::Setting for $Table {
            fn check(
                &self,
                path: &str,
                _bounds: Option<$crate::Bounds>,
            ) -> Result<(), $crate::SettingsError> {
                $(
                    let bounds = $crate::bounds!($($low, $high)?);
                    let path_of_key = $crate::path_of(path, stringify!($key));
                    $crate::Setting::check(&self.$key, &path_of_key, bounds)?;
                )+
                Ok(())
            }

            fn explain(
                &self,
                path: &str,
                about: &str,
                _bounds: Option<$crate::Bounds>,
                keys: &mut $crate::Explanations,
            ) {
                keys.insert(path.to_owned(), about.trim().to_owned());
                $(
                    let bounds = $crate::bounds!($($low, $high)?);
                    let path_of_key = $crate::path_of(path, stringify!($key));
                    let about = concat!($($about),+);
                    $crate::Setting::explain(&self.$key, &path_of_key, about, bounds, keys);
                )+
            }
        }
    };
}

/// The bounds of a number, where there are some.
#[doc(hidden)]
#[macro_export]
macro_rules! bounds {
    () => {
        None
    };
    ($low:expr, $high:expr) => {
        Some($crate::Bounds::new($low, $high))
    };
}

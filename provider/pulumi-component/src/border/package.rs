//! Packages whose resources and functions are used.

use crate::border::naming::NameBound;

/// A package whose resources or functions are used: which version the typed bindings were made from.
///
/// The version goes with every request: without it the engine takes whatever happens to be installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Package {
    /// The name, as in `aws`.
    pub name: &'static str,
    /// The exact version, without `v`.
    pub version: &'static str,
    /// Where the plugin comes from; empty for Pulumi's own packages.
    pub plugin_download_url: &'static str,
    /// What makes it a package of its own, where one plugin serves many; `None` for an ordinary package.
    pub parameterization: Option<Parameterization>,
    /// What its cloud takes as physical names; a child that is given none gets a logical name that fits.
    pub name_bounds: &'static [NameBound],
}

/// What a parameterized plugin is told, so that it serves another package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameterization {
    /// Name of the package that the plugin serves then; [`Package::name`] is the plugin's own.
    pub name: &'static str,
    /// Version of that package.
    pub version: &'static str,
    /// The plugin's own words.
    pub value: &'static [u8],
}

impl Package {
    /// A package of Pulumi's own registry.
    pub const fn new(name: &'static str, version: &'static str) -> Self {
        Self { name, version, plugin_download_url: "", parameterization: None, name_bounds: &[] }
    }

    /// The same with what its cloud takes as physical names.
    #[must_use]
    pub const fn with_name_bounds(self, name_bounds: &'static [NameBound]) -> Self {
        Self { name_bounds, ..self }
    }

    /// The same with the address that the plugin is downloaded from.
    #[must_use]
    pub const fn with_download_url(self, plugin_download_url: &'static str) -> Self {
        Self { plugin_download_url, ..self }
    }

    /// The package of this name and version, which the plugin serves for this parameter.
    #[must_use]
    pub const fn with_parameterization(self, name: &'static str, version: &'static str, value: &'static [u8]) -> Self {
        Self { parameterization: Some(Parameterization { name, version, value }), ..self }
    }

    /// The name by which providers are chosen.
    pub fn provided_name(&self) -> &'static str {
        self.parameterization.map_or(self.name, |parameterization| parameterization.name)
    }
}

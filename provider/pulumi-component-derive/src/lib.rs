//! The macros of `pulumi-component`: outputs, arguments, texts of outputs, and tokens of a package.

mod args;
mod interpolate;
mod outputs;
mod text;
mod token;

use proc_macro::TokenStream;
use syn::{DeriveInput, Error};

/// Derives `Outputs` for a struct whose fields are `Output<T>`, each with a doc comment.
///
/// A field is named in camelCase on the wire, or by `#[output(rename = "...")]`. A field with `#[output(skip)]` is for
/// other components in Rust alone, one with `#[output(secret)]` is secret in every deployment.
#[proc_macro_derive(Outputs, attributes(output))]
pub fn derive_outputs(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as DeriveInput);
    outputs::expand(&input).unwrap_or_else(Error::into_compile_error).into()
}

/// Makes a struct the inputs of a component, or an enum or a struct a type in them.
///
/// It derives `Deserialize`, `Serialize` and `JsonSchema`, names members in camelCase, refuses unknown ones, and makes
/// the type an `Encode`. On fields:
///
/// - `#[pulumi(secret)]`: programs treat the input as secret;
/// - `#[pulumi(deprecated = "use ...")]`: programs that use it get a warning;
/// - `#[pulumi(default)]`: the SDKs set the default, too;
/// - `#[pulumi(replace_on_changes)]`: a change replaces the resource.
#[proc_macro_attribute]
pub fn args(attribute: TokenStream, input: TokenStream) -> TokenStream {
    args::expand(attribute.into(), input.into()).unwrap_or_else(Error::into_compile_error).into()
}

/// Formats outputs into a text, as `format!` does with values: `interpolate!("{host}/{}", object.key())`.
///
/// Each argument is an output, an input or a plain value; the text has the marks of all of them.
#[proc_macro]
pub fn interpolate(input: TokenStream) -> TokenStream {
    interpolate::expand(input.into()).unwrap_or_else(Error::into_compile_error).into()
}

/// The token of a type of this package: `token!("Store")` in a crate `pulumi-resource-shop` is `shop:index:Store`.
///
/// The package is named by the crate that is compiled, without `pulumi-resource-` before it.
#[proc_macro]
pub fn token(input: TokenStream) -> TokenStream {
    token::expand(input.into()).unwrap_or_else(Error::into_compile_error).into()
}

/// The name of this package, for `package!`.
#[doc(hidden)]
#[proc_macro]
pub fn package_name(input: TokenStream) -> TokenStream {
    token::package_name(input.into()).unwrap_or_else(Error::into_compile_error).into()
}

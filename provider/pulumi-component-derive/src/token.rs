//! The name of the package, and tokens of its types.

use proc_macro2::{Span, TokenStream as Tokens};
use quote::quote;
use syn::{Error, LitStr};

/// What the name of a plugin's binary begins with.
const PLUGIN: &str = "pulumi-resource-";

pub(crate) fn expand(input: Tokens) -> Result<Tokens, Error> {
    let name: LitStr = syn::parse2(input)?;
    let text = name.value();
    if text.contains(':') {
        return Err(Error::new(
            name.span(),
            "expected a name alone, such as \"Store\": the package is that of Cargo.toml",
        ));
    }
    let token = LitStr::new(&format!("{}:index:{text}", package()?), name.span());
    Ok(quote! { ::pulumi_component::TypeToken::new(#token) })
}

pub(crate) fn package_name(_input: Tokens) -> Result<Tokens, Error> {
    let name = package()?;
    Ok(quote! { #name })
}

/// The package that the crate serves.
fn package() -> Result<String, Error> {
    let name = std::env::var("CARGO_PKG_NAME").unwrap_or_default();
    match name.strip_prefix(PLUGIN) {
        Some(package) if !package.is_empty() => Ok(package.to_owned()),
        _ => Err(Error::new(
            Span::call_site(),
            format!(
                "the crate is called `{name}`: call it `{PLUGIN}` and the package's name, or name the package here: \
                 package!(\"shop\") and TypeToken::new(\"shop:index:Store\")"
            ),
        )),
    }
}

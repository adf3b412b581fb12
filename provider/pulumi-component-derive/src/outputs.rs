//! `#[derive(Outputs)]`.

use proc_macro2::TokenStream as Tokens;
use quote::quote;
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Error, Field, Fields, GenericArgument, LitStr, PathArguments, Type};

use crate::text::{camel_case, doc};

/// The implementation of `Outputs`.
pub(crate) fn expand(input: &DeriveInput) -> Result<Tokens, Error> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new_spanned(&input.ident, "outputs are a struct with one named field for each output"));
    };
    let Fields::Named(fields) = &data.fields else {
        return Err(Error::new_spanned(&input.ident, "outputs are a struct with one named field for each output"));
    };
    let mut encoded = Vec::new();
    let mut described = Vec::new();
    for field in &fields.named {
        let Some(ident) = &field.ident else { continue };
        let attributes = Attributes::of(field)?;
        if attributes.skip {
            continue;
        }
        let name = attributes.rename.unwrap_or_else(|| camel_case(&ident.unraw().to_string()));
        let value = output_type(&field.ty)?;
        let description = doc(&field.attrs);
        if description.is_empty() {
            return Err(Error::new_spanned(ident, "an output needs a doc comment; it is its description in every SDK"));
        }
        if name == "urn" {
            return Err(Error::new_spanned(ident, "an output cannot be called `urn`: every resource has one"));
        }
        let (secret, required) = (attributes.secret, !is_option(value));
        let output = if secret {
            quote! { &self.#ident.secret() }
        } else {
            quote! { &self.#ident }
        };
        encoded.push(quote! { (#name, ::pulumi_component::generated::encode_output(#output)) });
        described.push(quote! {
            ::pulumi_component::generated::OutputProperty {
                name: #name,
                description: #description,
                schema: generator.subschema_for::<#value>(),
                required: #required,
                secret: #secret,
            }
        });
    }
    let (ident, description) = (&input.ident, doc(&input.attrs));
    Ok(quote! {
        impl ::pulumi_component::Outputs for #ident {
            const DESCRIPTION: &'static str = #description;

            fn encode(&self) -> ::std::vec::Vec<(&'static str, ::pulumi_component::generated::Encoding)> {
                ::std::vec![#(#encoded),*]
            }

            fn properties(
                generator: &mut ::pulumi_component::schemars::SchemaGenerator,
            ) -> ::std::vec::Vec<::pulumi_component::generated::OutputProperty> {
                ::std::vec![#(#described),*]
            }
        }
    })
}

/// What `#[output(...)]` says of a field.
#[derive(Default)]
struct Attributes {
    skip: bool,
    secret: bool,
    rename: Option<String>,
}

impl Attributes {
    fn of(field: &Field) -> Result<Self, Error> {
        let mut attributes = Self::default();
        for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("output")) {
            attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("skip") {
                    attributes.skip = true;
                } else if meta.path.is_ident("secret") {
                    attributes.secret = true;
                } else if meta.path.is_ident("rename") {
                    attributes.rename = Some(meta.value()?.parse::<LitStr>()?.value());
                } else {
                    return Err(meta.error("expected `skip`, `secret` or `rename = \"...\"`"));
                }
                Ok(())
            })?;
        }
        Ok(attributes)
    }
}

/// Whether an output is not there in every deployment.
fn is_option(value: &Type) -> bool {
    matches!(value, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Option"))
}

/// The `T` of `Output<T>`.
fn output_type(field: &Type) -> Result<&Type, Error> {
    if let Type::Path(path) = field
        && let Some(last) = path.path.segments.last()
        && last.ident == "Output"
        && let PathArguments::AngleBracketed(arguments) = &last.arguments
        && let Some(GenericArgument::Type(value)) = arguments.args.first()
    {
        return Ok(value);
    }
    Err(Error::new_spanned(field, "an output is an `Output<T>`; mark a field that is none with `#[output(skip)]`"))
}

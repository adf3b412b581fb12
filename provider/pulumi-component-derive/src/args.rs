//! `#[args]`.

use proc_macro2::TokenStream as Tokens;
use quote::quote;
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{
    Attribute, Data, DeriveInput, Error, Expr, ExprLit, Field, Fields, Lit, LitStr, Meta, MetaNameValue, Token,
    parse_quote,
};

use crate::text::doc;

pub(crate) fn expand(attribute: Tokens, input: Tokens) -> Result<Tokens, Error> {
    if !attribute.is_empty() {
        return Err(Error::new_spanned(
            attribute,
            "`#[args]` takes nothing; options stand at the fields: `#[pulumi(secret)]`",
        ));
    }
    let mut input: DeriveInput = syn::parse2(input)?;
    let shape: Vec<Attribute> = match &mut input.data {
        Data::Struct(data) => {
            let Fields::Named(fields) = &mut data.fields else {
                return Err(Error::new_spanned(
                    &input.ident,
                    "inputs are a struct with one named field for each input",
                ));
            };
            fields.named.iter_mut().try_for_each(field)?;
            refuse(&input.attrs, "rename_all", "inputs are camelCase; `#[args]` says so already")?;
            parse_quote! { #[serde(rename_all = "camelCase", deny_unknown_fields)] }
        }
        Data::Enum(data) => {
            let untagged = says(&input.attrs, "untagged");
            for variant in &data.variants {
                if !matches!(variant.fields, Fields::Unit) && !untagged {
                    return Err(Error::new_spanned(
                        variant,
                        "an enum whose variants have fields is no type of Pulumi's; make it `#[serde(untagged)]` over \
                         structs, or a struct with a field for each case",
                    ));
                }
                refuse(&variant.attrs, "alias", "an alias is in no schema, so programs that use it are refused")?;
            }
            Vec::new()
        }
        Data::Union(_) => return Err(Error::new_spanned(&input.ident, "inputs are a struct or an enum")),
    };
    let (ident, generics) = (&input.ident, &input.generics);
    let name = renamed(&input.attrs).unwrap_or_else(|| ident.unraw().to_string());
    if !generics.params.is_empty() {
        return Err(Error::new_spanned(generics, "a type of inputs has a name in every SDK, so it has no parameters"));
    }
    Ok(quote! {
        #[derive(
            ::pulumi_component::serde::Deserialize,
            ::pulumi_component::serde::Serialize,
            ::pulumi_component::schemars::JsonSchema,
        )]
        #[serde(crate = "::pulumi_component::serde")]
        #[schemars(crate = "::pulumi_component::schemars", extend("x-pulumi-name" = #name))]
        #(#shape)*
        #input

        impl ::pulumi_component::value::Encode for #ident {
            fn encode(self) -> ::pulumi_component::generated::Encoding {
                ::pulumi_component::generated::encode_serialized(&self)
            }
        }
    })
}

fn field(field: &mut Field) -> Result<(), Error> {
    refuse(
        &field.attrs,
        "alias",
        "an alias is in no schema, so programs that use it are refused; add a deprecated input",
    )?;
    if doc(&field.attrs).is_empty() {
        return Err(Error::new_spanned(
            &field.ident,
            "an input needs a doc comment; it is its description in every SDK",
        ));
    }
    let mut marks: Vec<Attribute> = Vec::new();
    for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("pulumi")) {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("secret") {
                marks.push(parse_quote! { #[schemars(extend("x-pulumi-secret" = true))] });
            } else if meta.path.is_ident("default") {
                marks.push(parse_quote! { #[schemars(extend("x-pulumi-default" = true))] });
            } else if meta.path.is_ident("replace_on_changes") {
                marks.push(parse_quote! { #[schemars(extend("x-pulumi-replace-on-changes" = true))] });
            } else if meta.path.is_ident("deprecated") {
                let message: LitStr = meta.value()?.parse()?;
                marks.push(parse_quote! { #[schemars(extend("x-pulumi-deprecated" = #message))] });
            } else {
                return Err(meta.error("expected `secret`, `deprecated = \"...\"`, `default` or `replace_on_changes`"));
            }
            Ok(())
        })?;
    }
    field.attrs.retain(|attribute| !attribute.path().is_ident("pulumi"));
    field.attrs.extend(marks);
    Ok(())
}

/// The name that an attribute gives the type in schemas.
fn renamed(attributes: &[Attribute]) -> Option<String> {
    let of = |attribute: &&Attribute| ["schemars", "serde"].iter().any(|word| attribute.path().is_ident(word));
    let metas = attributes
        .iter()
        .filter(of)
        .filter_map(|attribute| attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok());
    metas.flatten().find_map(|meta| match meta {
        Meta::NameValue(MetaNameValue { path, value: Expr::Lit(ExprLit { lit: Lit::Str(name), .. }), .. })
            if path.is_ident("rename") =>
        {
            Some(name.value())
        }
        _ => None,
    })
}

/// Whether a serde attribute has this word.
fn says(attributes: &[Attribute], word: &str) -> bool {
    serde_metas(attributes).iter().any(|meta| meta.path().is_ident(word))
}

fn refuse(attributes: &[Attribute], word: &str, reason: &str) -> Result<(), Error> {
    match serde_metas(attributes).into_iter().find(|meta| meta.path().is_ident(word)) {
        Some(meta) => Err(Error::new(meta.span(), reason)),
        None => Ok(()),
    }
}

fn serde_metas(attributes: &[Attribute]) -> Vec<Meta> {
    let serde = attributes.iter().filter(|attribute| attribute.path().is_ident("serde"));
    let metas =
        serde.filter_map(|attribute| attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok());
    metas.flatten().collect()
}

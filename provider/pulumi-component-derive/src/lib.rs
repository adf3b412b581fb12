//! `#[derive(Outputs)]` of `pulumi-component`: the outputs of a component as properties on the wire and in the schema.

use proc_macro::TokenStream;
use proc_macro2::TokenStream as Tokens;
use quote::quote;
use syn::{Attribute, Data, DeriveInput, Error, Expr, Field, Fields, GenericArgument, Lit, Meta, PathArguments, Type};

/// Derives `Outputs` for a struct whose fields are `Output<T>`, each with a doc comment.
///
/// A field is named in camelCase on the wire. A field with `#[output(skip)]` is for other components in Rust alone, one
/// with `#[output(secret)]` is secret in every deployment.
#[proc_macro_derive(Outputs, attributes(output))]
pub fn derive_outputs(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as DeriveInput);
    expand(&input).unwrap_or_else(Error::into_compile_error).into()
}

fn expand(input: &DeriveInput) -> Result<Tokens, Error> {
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
        let name = camel_case(&ident.to_string());
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
        encoded.push(quote! { (#name, ::pulumi_component::encode_output(#output)) });
        described.push(quote! {
            ::pulumi_component::OutputProperty {
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

            fn encode(&self) -> Vec<(&'static str, ::pulumi_component::Encoding)> {
                vec![#(#encoded),*]
            }

            fn properties(
                generator: &mut ::pulumi_component::schemars::SchemaGenerator,
            ) -> Vec<::pulumi_component::OutputProperty> {
                vec![#(#described),*]
            }
        }
    })
}

/// What `#[output(...)]` says of a field.
#[derive(Default)]
struct Attributes {
    skip: bool,
    secret: bool,
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
                } else {
                    return Err(meta.error("expected `skip` or `secret`"));
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

/// The doc comment, one space taken from each line.
fn doc(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Some(text.value().trim().to_owned()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    });
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// `processing_lambda_arn` to `processingLambdaArn`.
fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |camel, word| {
        let mut letters = word.chars();
        let initial = letters.next().map(|letter| letter.to_ascii_uppercase().to_string()).unwrap_or_default();
        camel + &initial + letters.as_str()
    })
}

//! `interpolate!`.

use proc_macro2::{Span, TokenStream as Tokens};
use quote::{format_ident, quote};
use syn::parse::{Parse, ParseStream};
use syn::{Error, Expr, Ident, LitStr, Token};

/// `"format", argument, name = argument`.
struct Call {
    format: LitStr,
    positional: Vec<Expr>,
    named: Vec<(Ident, Expr)>,
}

impl Parse for Call {
    fn parse(input: ParseStream) -> Result<Self, Error> {
        let mut call = Self { format: input.parse()?, positional: Vec::new(), named: Vec::new() };
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            if input.peek(Ident) && input.peek2(Token![=]) && !input.peek2(Token![==]) {
                let name = input.parse()?;
                input.parse::<Token![=]>()?;
                call.named.push((name, input.parse()?));
            } else {
                call.positional.push(input.parse()?);
            }
        }
        Ok(call)
    }
}

pub(crate) fn expand(input: Tokens) -> Result<Tokens, Error> {
    let Call { format, positional, named } = syn::parse2(input)?;
    let mut captured: Vec<Ident> = Vec::new();
    for name in captures(&format.value()) {
        let known = named.iter().any(|(given, _)| *given == name) || captured.iter().any(|given| *given == name);
        if known {
            continue;
        }
        // A keyword is no name, and neither is `args.host`.
        if syn::parse_str::<Ident>(&name).is_err() {
            return Err(Error::new(
                format.span(),
                format!("`{{{name}}}` is no name of a variable; write `{{}}` in the text and `{name}` after it"),
            ));
        }
        captured.push(Ident::new(&name, format.span()));
    }
    let places: Vec<_> = (0..positional.len()).map(|index| format_ident!("__{index}")).collect();
    let values = positional.iter().map(|value| quote! { &#value });
    let values = values.chain(named.iter().map(|(_, value)| quote! { &#value }));
    let values: Vec<_> = values.chain(captured.iter().map(|name| quote! { &#name })).collect();
    let names: Vec<_> = named.iter().map(|(name, _)| name).chain(&captured).collect();
    let bound: Vec<_> = names.iter().map(|name| Ident::new(&name.to_string(), Span::mixed_site())).collect();
    if values.is_empty() {
        return Err(Error::new(format.span(), "a text without an output is plain: write it as a string"));
    }
    let outputs = values.iter().map(|value| quote! { ::pulumi_component::generated::Interpolate::to_output(#value) });
    let gathered = outputs.reduce(|all, next| quote! { #all.zip(&#next) });
    let pattern = places.iter().chain(&bound).map(|name| quote! { #name });
    let pattern = pattern.reduce(|all, next| quote! { (#all, #next) });
    Ok(quote! {
        #gathered.map(|#pattern| ::std::format!(#format, #(#places,)* #(#names = #bound),*))
    })
}

/// The names in a format string, in order: `{host}`, `{port:04}`, and not `{}`, `{0}` or `{{`.
fn captures(format: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = format;
    while let Some((_, after)) = rest.split_once('{') {
        if let Some(escaped) = after.strip_prefix('{') {
            rest = escaped;
            continue;
        }
        let (inside, next) = after.split_once('}').unwrap_or((after, ""));
        let name = inside.split(':').next().unwrap_or_default().trim();
        if name.starts_with(|first: char| first.is_alphabetic() || first == '_') {
            names.push(name.to_owned());
        }
        rest = next;
    }
    names
}

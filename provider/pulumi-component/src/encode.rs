//! Typed values to property values, waiting for what is eventual.

use std::collections::BTreeMap;

use futures::FutureExt;
use futures::future::try_join_all;
use serde::Serialize;

use crate::encoding::Encoding;
use crate::output::Output;
use crate::property::{Archive, Asset, PropertyMap, PropertyValue, Value};
use crate::serialize::encode_serialized;

/// What can be a property of a resource. Marks stay where they are: a secret member does not make its object secret.
pub trait Encode: Send + Sync + 'static {
    /// Starts the encoding.
    fn encode(self) -> Encoding;
}

fn ready(value: Value) -> Encoding {
    std::future::ready(Ok(value.into())).boxed()
}

/// Encodes the named members of an object, as nested types of generated code do; one that is `None` is left out.
pub fn encode_members(members: Vec<(&'static str, Option<Encoding>)>) -> Encoding {
    let given = members.into_iter().filter_map(|(name, member)| Some((name.to_owned(), member?)));
    let members = given.map(|(name, member)| async move { Ok((name, member.await?)) });
    async move { Ok(Value::Object(try_join_all(members).await?.into_iter().collect()).into()) }.boxed()
}

impl Encode for String {
    fn encode(self) -> Encoding {
        ready(Value::String(self))
    }
}

impl Encode for bool {
    fn encode(self) -> Encoding {
        ready(Value::Bool(self))
    }
}

impl Encode for f64 {
    fn encode(self) -> Encoding {
        ready(Value::Number(self))
    }
}

impl Encode for u32 {
    fn encode(self) -> Encoding {
        ready(Value::Number(self.into()))
    }
}

impl Encode for Asset {
    fn encode(self) -> Encoding {
        ready(Value::Asset(self))
    }
}

impl Encode for Archive {
    fn encode(self) -> Encoding {
        ready(Value::Archive(self))
    }
}

impl Encode for PropertyValue {
    fn encode(self) -> Encoding {
        std::future::ready(Ok(self)).boxed()
    }
}

impl Encode for PropertyMap {
    fn encode(self) -> Encoding {
        ready(Value::Object(self))
    }
}

impl<T: Encode> Encode for Option<T> {
    fn encode(self) -> Encoding {
        self.map_or_else(|| ready(Value::Null), T::encode)
    }
}

impl<T: Encode> Encode for Vec<T> {
    fn encode(self) -> Encoding {
        let items = try_join_all(self.into_iter().map(T::encode));
        async move { Ok(Value::List(items.await?).into()) }.boxed()
    }
}

/// Marks a type whose maps are encoded member by member; [`PropertyMap`] is one already.
pub trait EncodeMember: Encode {}
impl EncodeMember for String {}

impl<T: EncodeMember> Encode for BTreeMap<String, T> {
    fn encode(self) -> Encoding {
        let members = self.into_iter().map(|(name, member)| async move { Ok((name, member.encode().await?)) });
        async move { Ok(Value::Object(try_join_all(members).await?.into_iter().collect()).into()) }.boxed()
    }
}

impl<T: Encode + Clone> Encode for Output<T> {
    fn encode(self) -> Encoding {
        async move {
            let resolved = self.resolve().await?;
            let mut value = match resolved.value.clone() {
                Some(value) => value.encode().await?,
                None => PropertyValue::unknown(),
            };
            value.secret |= resolved.secret;
            value.dependencies.extend(resolved.dependencies.iter().cloned());
            Ok(value)
        }
        .boxed()
    }
}

/// Starts the encoding of an output of any type that serde can serialize.
pub fn encode_output<T: Serialize + Clone + Send + Sync + 'static>(output: &Output<T>) -> Encoding {
    let output = output.clone();
    async move {
        // INVARIANT: what another child gives is never there at once, though it may have come meanwhile. Else what a
        // nested component records would depend on who was faster, and a second run would show a change.
        if !output.is_given() {
            tokio::task::yield_now().await;
        }
        let resolved = output.resolve().await?;
        let mut value = match &resolved.value {
            Some(value) => encode_serialized(value).await?,
            None => PropertyValue::unknown(),
        };
        value.secret |= resolved.secret;
        value.dependencies.extend(resolved.dependencies.iter().cloned());
        Ok(value)
    }
    .boxed()
}

//! Typed values to property values, waiting for what is eventual.

use std::collections::BTreeMap;

use futures::FutureExt;
use futures::future::{BoxFuture, try_join_all};
use serde::Serialize;
use serde_json::Value as Json;

use crate::values::encoding::Encoding;
use crate::values::error::Failure;
use crate::values::output::Output;
use crate::values::property::{Archive, Asset, PropertyMap, PropertyValue, Value};
use crate::values::serialize::encode_serialized;

/// What can be a property of a resource. Marks stay where they are: a secret member does not make its object secret.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent as a property of a resource",
    label = "no property value",
    note = "for a struct or an enum of yours, derive `Serialize` and write `Serialized(value)`; `#[pulumi_component::args]` makes it an `Encode` by itself"
)]
pub trait Encode: Send + Sync + Sized {
    /// Starts the encoding.
    fn encode(self) -> Encoding;

    /// Starts the encoding as a member of an object, which is omitted where it is absent.
    fn encode_member(self) -> MemberEncoding {
        let value = self.encode();
        async move { Ok(Some(value.await?)) }.boxed()
    }
}

/// A member of an object on its way to the engine; `None` is not sent.
pub type MemberEncoding = BoxFuture<'static, Result<Option<PropertyValue>, Failure>>;

fn ready(value: Value) -> Encoding {
    std::future::ready(Ok(value.into())).boxed()
}

/// Encodes the named members of an object, as nested types of generated code do; one that is absent is omitted.
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

impl Encode for &str {
    fn encode(self) -> Encoding {
        self.to_owned().encode()
    }
}

impl Encode for &String {
    fn encode(self) -> Encoding {
        self.clone().encode()
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

/// Whole numbers, refused beyond 2^53.
macro_rules! whole_numbers {
    ($($number:ty),*) => {$(
        impl Encode for $number {
            fn encode(self) -> Encoding {
                encode_serialized(&self)
            }
        }
    )*};
}
whole_numbers!(i8, i16, i32, i64, isize, u8, u16, u32, u64, usize);

impl Encode for Json {
    fn encode(self) -> Encoding {
        encode_serialized(&self)
    }
}

/// A value of any type that serde can serialize, as a property.
#[derive(Clone, Copy, Debug)]
pub struct Serialized<T>(pub T);

impl<T: Serialize + Send + Sync> Encode for Serialized<T> {
    fn encode(self) -> Encoding {
        encode_serialized(&self.0)
    }
}

impl<T: Serialize + Send + Sync> EncodeMember for Serialized<T> {}

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

/// Absent where it is `None`: as a member of an object it is not sent, in a list it is null.
impl<T: Encode> Encode for Option<T> {
    fn encode(self) -> Encoding {
        self.map_or_else(|| ready(Value::Null), T::encode)
    }

    fn encode_member(self) -> MemberEncoding {
        self.map_or_else(|| std::future::ready(Ok(None)).boxed(), T::encode_member)
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
impl EncodeMember for &str {}
impl EncodeMember for bool {}
impl EncodeMember for f64 {}
impl EncodeMember for u32 {}

impl<T: EncodeMember> Encode for BTreeMap<String, T> {
    fn encode(self) -> Encoding {
        let members = self.into_iter().map(|(name, member)| {
            let member = member.encode_member();
            async move { Ok(member.await?.map(|member| (name, member))) }
        });
        let members = try_join_all(members);
        async move { Ok(Value::Object(members.await?.into_iter().flatten().collect()).into()) }.boxed()
    }
}

impl<T: Encode + Clone + 'static> Encode for Output<T> {
    fn encode(self) -> Encoding {
        let member = self.encode_member();
        async move { Ok(member.await?.unwrap_or_default()) }.boxed()
    }

    fn encode_member(self) -> MemberEncoding {
        async move {
            let resolved = self.resolve().await?;
            let value = match resolved.value.clone() {
                Some(value) => value.encode_member().await?,
                None => Some(PropertyValue::unknown()),
            };
            Ok(value.map(|mut value| {
                value.secret |= resolved.secret;
                value.dependencies.extend(resolved.dependencies.iter().cloned());
                value
            }))
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

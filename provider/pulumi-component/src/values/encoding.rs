//! A value on its way to the engine, which waits for what is eventual in it.

use futures::future::BoxFuture;

use crate::values::error::Failure;
use crate::values::property::PropertyValue;

/// A value on its way to the engine.
pub type Encoding = BoxFuture<'static, Result<PropertyValue, Failure>>;

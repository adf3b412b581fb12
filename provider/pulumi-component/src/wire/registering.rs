//! The call of which thousands are under way at once.
//!
//! The generated client has room for the message several times in its futures, and sets 8 KiB aside for each before it
//! is written: 12 KiB more for each child that is under way.

use tonic::client::Grpc;
use tonic::codec::{BufferSettings, Codec};
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::Channel;
use tonic::{GrpcMethod, Request, Status};
use tonic_prost::{ProstDecoder, ProstEncoder};

use crate::protocol;

/// `RegisterResource` with small buffers.
pub(super) struct Registering;

/// Bytes set aside for a message; a registration has some 700. A longer message makes it grow.
const BUFFER: usize = 1024;

impl Registering {
    fn buffers() -> BufferSettings {
        BufferSettings::new(BUFFER, 32 * BUFFER)
    }

    pub(super) async fn call(
        mut client: Grpc<Channel>,
        message: Box<protocol::RegisterResourceRequest>,
    ) -> Result<protocol::RegisterResourceResponse, Status> {
        client.ready().await.map_err(|error| Status::unavailable(format!("the engine cannot be reached: {error}")))?;
        let path = PathAndQuery::from_static("/pulumirpc.ResourceMonitor/RegisterResource");
        let mut request = Request::new(message);
        request.extensions_mut().insert(GrpcMethod::new("pulumirpc.ResourceMonitor", "RegisterResource"));
        Ok(client.unary(request, path, Self).await?.into_inner())
    }
}

impl Codec for Registering {
    type Encode = Box<protocol::RegisterResourceRequest>;
    type Decode = protocol::RegisterResourceResponse;
    type Encoder = ProstEncoder<Self::Encode>;
    type Decoder = ProstDecoder<Self::Decode>;

    fn encoder(&mut self) -> Self::Encoder {
        ProstEncoder::new(Self::buffers())
    }

    fn decoder(&mut self) -> Self::Decoder {
        ProstDecoder::new(Self::buffers())
    }
}

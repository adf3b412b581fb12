//! What the engine's refusals become, and what is not sent to it.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

#[test]
fn what_an_engine_says_that_ends_the_run_is_no_failure_of_ours() {
    for status in [
        Status::unavailable("error trying to connect"),
        Status::cancelled("context canceled"),
        Status::unknown("resource monitor shut down while waiting for a step"),
        Status::unknown("rpc error: the client connection is closing"),
    ] {
        assert_eq!(refused(status), MonitorError::Cancelled);
    }
    let status = Status::unknown("creating Bucket: no room\n");
    assert_eq!(refused(status), MonitorError::Refused("creating Bucket: no room".into()));
}

/// The types of the HTTP/2 frames in what was read.
fn frames(mut read: &[u8]) -> Vec<u8> {
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    read = read.strip_prefix(preface).expect("it speaks HTTP/2");
    let mut types = Vec::new();
    while let [a, b, c, kind, rest @ ..] = read {
        types.push(*kind);
        let length = u32::from_be_bytes([0, *a, *b, *c]) as usize;
        // Flags and stream, then the content.
        read = rest.get(5 + length..).unwrap_or_default();
    }
    types
}

/// Go's servers end the connection of a client that asks often whether it is still there.
#[tokio::test(start_paused = true)]
async fn a_registration_that_takes_hours_is_waited_for_without_a_ping() {
    const HEADERS: u8 = 1;
    const PING: u8 = 6;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let monitor = GrpcMonitor::new(channel(&listener.local_addr().unwrap().to_string()).unwrap());
    let call = tokio::spawn(async move { monitor.register(Registration::default()).await });
    let (mut engine, _) = listener.accept().await.unwrap();
    let empty_settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
    engine.write_all(&empty_settings).await.unwrap();
    let mut read = Vec::new();
    while !read.starts_with(b"PRI") || !frames(&read).contains(&HEADERS) {
        assert_ne!(engine.read_buf(&mut read).await.unwrap(), 0);
    }
    // The clock is the test's: it moves when nothing else does.
    for _ in 0..60 {
        tokio::time::sleep(Duration::from_secs(60)).await;
        while let Ok(count) = engine.try_read_buf(&mut read) {
            assert_ne!(count, 0, "it has no deadline");
        }
    }
    assert!(!frames(&read).contains(&PING), "{:?}", frames(&read));
    assert!(!call.is_finished());
    call.abort();
}

#[test]
fn an_output_that_cannot_be_read_fails_who_reads_it_alone() {
    use prost_types::value::Kind;
    use prost_types::{Struct, Value as Wire};

    let unknown =
        [("4dabf18193072939515e22adb298388d".to_owned(), Wire { kind: Some(Kind::StringValue("new".into())) })];
    let fields = [
        ("odd".to_owned(), Wire { kind: Some(Kind::StructValue(Struct { fields: unknown.into() })) }),
        ("plain".to_owned(), Wire { kind: Some(Kind::StringValue("x".into())) }),
    ];
    let (outputs, unreadable) = outputs(Some(Struct { fields: fields.into() }.into()), BTreeMap::new()).unwrap();
    assert_eq!(outputs.keys().collect::<Vec<_>>(), ["plain"]);
    assert!(unreadable["odd"].contains("unknown signature `new`"), "{unreadable:?}");
    assert!(readable((outputs, unreadable)).is_err());
}

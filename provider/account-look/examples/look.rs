//! Looks at the account that the environment leads to and prints what [`account_look`] knows of it: the look, the messages,
//! what becomes of the recorder, the table, and the IAM actions that were needed.
//! The request comes as JSON on standard input; `{}` asks for a look at whatever account the credentials are of.

use std::error::Error;
use std::io;

use account_look::{ACTIONS, LookRequest, look, recorder_action, scan_messages, table};
use serde_json::json;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let request: LookRequest = serde_json::from_reader(io::stdin())?;
    let look = look(&request).await;
    let messages = scan_messages(&look, &request);
    let (action, table) = (recorder_action(&look, &request), table(&look, &messages));
    let answer = json!({ "look": look, "messages": messages, "action": action, "table": table, "actions": ACTIONS });
    println!("{answer}");
    Ok(())
}

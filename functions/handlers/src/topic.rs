//! The topic that carries notices.

use aws_sdk_sns::{Client, types::MessageAttributeValue};
use functions_core::notice::Message;

use crate::error::AwsError;

/// The topic.
#[derive(Clone)]
pub struct Topic {
    client: Client,
    arn: String,
}

impl Topic {
    /// The topic of this ARN.
    pub const fn new(client: Client, arn: String) -> Self {
        Self { client, arn }
    }

    /// Its ARN.
    pub fn arn(&self) -> &str {
        &self.arn
    }

    /// Publishes a message.
    ///
    /// # Errors
    /// When SNS does not take it.
    pub async fn publish(&self, message: &Message) -> Result<(), AwsError> {
        let operation = || format!("Publish to `{}`", self.arn);
        let request = self.client.publish().topic_arn(&self.arn).message_structure("json");
        let mut request = request.subject(&message.subject).message(&message.body);
        for (name, attribute) in &message.attributes {
            let value =
                MessageAttributeValue::builder().data_type(attribute.data_type()).string_value(attribute.value());
            let value = value.build().map_err(|error| AwsError::refused(operation(), &error))?;
            request = request.message_attributes(*name, value);
        }
        request.send().await.map(drop).map_err(|error| AwsError::new(operation(), &error))
    }

    /// How many of its subscriptions nobody confirmed yet.
    ///
    /// # Errors
    /// When SNS does not say.
    pub async fn unconfirmed(&self) -> Result<usize, AwsError> {
        let answer = self.client.get_topic_attributes().topic_arn(&self.arn).send().await;
        let answer = answer.map_err(|error| AwsError::new(format!("GetTopicAttributes of `{}`", self.arn), &error))?;
        let pending = answer.attributes().and_then(|attributes| attributes.get("SubscriptionsPending"));
        Ok(pending.and_then(|count| count.parse().ok()).unwrap_or(0))
    }
}

//! Where something is deployed to.

/// Account, partition and region; what a preview cannot know is `None`.
#[derive(Clone, Debug, Default)]
pub struct Target {
    /// The account's twelve digits.
    pub account_id: Option<String>,
    /// The partition, such as `aws`.
    pub partition: Option<String>,
    /// The region, such as `eu-west-1`.
    pub region: Option<String>,
}

impl Target {
    /// A region of any account.
    pub fn region(code: &str) -> Self {
        Self { region: Some(code.to_owned()), ..Self::default() }
    }
}

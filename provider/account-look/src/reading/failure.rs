//! Why a call failed, in one of the kinds that a user can do something about.

use std::error::Error;
use std::fmt;
use std::io;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_config::config::http::HttpResponse;
use aws_sdk_config::error::{ProvideErrorMetadata, SdkError};
use compliance_types::region::is_opt_in_region;

use crate::look::{Part, Reason, Unread};

/// What failed, and how.
#[derive(Debug)]
pub struct Failure {
    /// The kind.
    pub reason: Reason,
    /// What failed: an IAM action in backticks, or words.
    what: String,
    /// AWS's own words, where the kind says too little.
    detail: String,
    /// The region that was asked, where that can be the cause.
    region: Option<String>,
}

/// The result of a call, its error sorted.
pub fn sorted<T, E>(action: &str, result: Result<T, SdkError<E, HttpResponse>>) -> Result<T, Failure>
where
    E: ProvideErrorMetadata + Error + 'static,
{
    result.map_err(|error| {
        let (reason, detail) = sort(&error);
        Failure { reason, what: format!("`{action}`"), detail, region: None }
    })
}

fn sort<E: ProvideErrorMetadata + Error + 'static>(error: &SdkError<E, HttpResponse>) -> (Reason, String) {
    let reason = match error {
        SdkError::TimeoutError(_) => Reason::TimedOut,
        SdkError::DispatchFailure(failure) if failure.is_timeout() => Reason::TimedOut,
        SdkError::DispatchFailure(failure) if failure.is_io() || failure.is_user() => Reason::Unreachable,
        SdkError::ServiceError(_) => error.code().map_or(Reason::Failed, by_code),
        _ => Reason::Failed,
    };
    let said = error.code().map(|code| [code, error.message().unwrap_or_default()].join(": "));
    (reason, said.unwrap_or_else(|| innermost(error)))
}

/// The error codes that mean the same in every service (AWS API References, "Common Errors"), and the tokens' of STS.
fn by_code(code: &str) -> Reason {
    match code {
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => Reason::ExpiredCredentials,
        "AccessDenied"
        | "AccessDeniedException"
        | "NotAuthorized"
        | "UnauthorizedOperation"
        | "AuthorizationError"
        | "OptInRequired" => Reason::Denied,
        "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "RequestThrottled"
        | "TooManyRequestsException"
        | "RequestLimitExceeded"
        | "SlowDown" => Reason::Throttled,
        "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "SignatureDoesNotMatch"
        | "InvalidSignatureException"
        | "IncompleteSignature"
        | "MissingAuthenticationToken"
        | "AuthFailure" => Reason::InvalidCredentials,
        _ => Reason::Failed,
    }
}

/// What an error of somebody else's means that has an error code of AWS's in its text: the same words as of a call of ours.
/// Nothing where the code says nothing to a user.
pub fn explained(what: &str, text: &str) -> Option<String> {
    let mut codes = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    // Without credentials there is no code of AWS's: the SDK of the provider says so in words.
    let none = ["no valid credential sources", "Unable to locate credentials", "failed to refresh cached credentials"];
    let reason = match codes.find_map(|code| Some(by_code(code)).filter(|reason| *reason != Reason::Failed)) {
        Some(reason) => reason,
        None if none.iter().any(|words| text.contains(words)) => Reason::NoCredentials,
        None => return None,
    };
    if reason == Reason::NoCredentials {
        // `lookup.profile` gives credentials to the account scan alone.
        return Some(format!(
            "{what} has no AWS credentials; set `AWS_PROFILE` or `AWS_ACCESS_KEY_ID`, or run \
             `pulumi config set aws:profile NAME`"
        ));
    }
    let (what, detail) = (denied_action(text).unwrap_or_else(|| what.to_owned()), text.to_owned());
    Some(Failure { reason, what, detail, region: None }.to_string())
}

/// The action that a refusal of IAM names (IAM User Guide, "Troubleshoot access denied error messages").
fn denied_action(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("not authorized to perform: ")?;
    let action = rest.split(|c: char| !c.is_ascii_alphanumeric() && !":-".contains(c)).next()?;
    action.contains(':').then(|| format!("`{action}`"))
}

/// The words of the cause at the end of the chain, which name the file or address; those before it do not.
fn innermost(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

impl Failure {
    /// The time was over.
    pub fn timed_out(what: &str) -> Self {
        Self { reason: Reason::TimedOut, what: what.to_owned(), detail: String::new(), region: None }
    }

    /// Something that AWS answered and that is of no use.
    pub fn failed(what: &str, detail: &str) -> Self {
        Self { reason: Reason::Failed, what: what.to_owned(), detail: detail.to_owned(), region: None }
    }

    /// No credentials came from the places that are looked at; `profile` is the one that was asked for.
    pub fn credentials(error: &CredentialsError, profile: Option<&str>) -> Self {
        let detail = innermost(error);
        let (reason, detail) = match error {
            CredentialsError::CredentialsNotLoaded(_) => (Reason::NoCredentials, detail),
            CredentialsError::ProviderTimedOut(_) => (Reason::TimedOut, detail),
            // Said by the SDK of what this crate leaves out of it; there is no type to tell it by.
            _ if detail.contains("cargo feature") => (Reason::UnsupportedCredentials, detail),
            _ => sort_chain(error).unwrap_or_else(|| (by_words(error, &detail), detail)),
        };
        let what = profile.map_or_else(|| "this process".to_owned(), |name| format!("the profile `{name}`"));
        Self { reason, what, detail, region: None }
    }

    /// Whether AWS answered with this error code.
    pub fn is(&self, code: &str) -> bool {
        self.detail.split(':').next() == Some(code)
    }

    /// The same, said of something else.
    pub fn of(self, what: impl Into<String>) -> Self {
        Self { what: what.into(), ..self }
    }

    /// The same, of a call in a region.
    pub fn in_region(self, region: &str) -> Self {
        Self { region: Some(region.to_owned()), ..self }
    }

    /// The part that was not read because of it.
    pub fn unread(&self, part: Part) -> Unread {
        let call = self.what.trim_matches('`').to_owned();
        Unread { part, call, reason: self.reason, message: self.to_string() }
    }
}

/// What may be wrong where AWS does not know valid credentials: the region, or the version of their token (IAM User Guide,
/// "Manage AWS STS in an AWS Region"; AWS Account Management Reference Guide, "Enable or disable AWS Regions").
pub fn other_causes(region: Option<&str>) -> String {
    match region.filter(|region| is_opt_in_region(region)) {
        Some(region) => format!(
            "; if they work in other regions, {region} may not be enabled for the account (`aws account get-region-opt-status \
             --region-name {region}` says so), or their session token is a version 1 token of the global STS endpoint, \
             which {region} refuses: get one from a regional endpoint (`AWS_STS_REGIONAL_ENDPOINTS=regional`)"
        ),
        None => String::new(),
    }
}

/// Why a provider of credentials that calls STS itself failed, and in which words.
fn sort_chain(error: &CredentialsError) -> Option<(Reason, String)> {
    use aws_sdk_sts::operation::assume_role::AssumeRoleError;
    use aws_sdk_sts::operation::assume_role_with_web_identity::AssumeRoleWithWebIdentityError;

    let mut cause: Option<&dyn Error> = Some(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<SdkError<AssumeRoleError, HttpResponse>>() {
            return Some(sort(error));
        }
        if let Some(error) = error.downcast_ref::<SdkError<AssumeRoleWithWebIdentityError, HttpResponse>>() {
            return Some(sort(error));
        }
        cause = error.source();
    }
    None
}

/// Why SSO gave no credentials. The SDK does not show the types of its errors, only their words.
fn by_words(error: &CredentialsError, detail: &str) -> Reason {
    let (mut said, mut missing) = (Vec::new(), false);
    let mut cause: Option<&dyn Error> = Some(error);
    while let Some(error) = cause {
        said.push(error.to_string());
        // The file of a token is there once somebody has signed in.
        missing |= error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::NotFound);
        cause = error.source();
    }
    // AWS's word for a token that it does not take any more (IAM Identity Center Portal API Reference,
    // "GetRoleCredentials"); the others are of a token that is not there or over.
    if missing || detail.starts_with("UnauthorizedException") || said.iter().any(|words| words.contains("SSO token")) {
        Reason::ExpiredCredentials
    } else if said.iter().any(|words| words == "dispatch failure") {
        Reason::Unreachable
    } else {
        Reason::InvalidCredentials
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, detail, .. } = self;
        match self.reason {
            Reason::NoCredentials => write!(
                f,
                "{what} has no AWS credentials; set `AWS_PROFILE` or `AWS_ACCESS_KEY_ID`, or give `lookup.profile`"
            ),
            Reason::UnsupportedCredentials => write!(
                f,
                "the look starts no credential processes; put their credentials into the environment with \
                 `aws configure export-credentials --format env`"
            ),
            Reason::ExpiredCredentials => write!(f, "the AWS credentials have expired; sign in again"),
            Reason::InvalidCredentials => {
                write!(f, "the AWS credentials are of no use: {detail}{}", other_causes(self.region.as_deref()))
            }
            Reason::Denied => write!(f, "{what} is not allowed to these credentials"),
            Reason::Throttled => write!(f, "AWS asked to be called less often ({what}); try again later"),
            Reason::TimedOut => write!(f, "{what} took too long; try again, or see whether AWS can be reached"),
            Reason::Unreachable => write!(f, "AWS could not be reached ({detail})"),
            Reason::NoRegion | Reason::AccountUnknown | Reason::TurnedOff | Reason::OtherAccount | Reason::Failed => {
                write!(f, "{what}: {detail}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn journey_26_an_error_of_the_provider_is_said_as_doctor_says_it() {
        let expired = "ClientError: An error occurred (ExpiredToken) when calling the GetCallerIdentity operation: The security token";
        assert_eq!(
            explained("the provider", expired).as_deref(),
            Some("the AWS credentials have expired; sign in again")
        );
        let denied =
            "operation error Organizations: X, https response error StatusCode: 403, api error AccessDenied: no";
        assert_eq!(explained("`sts`", denied).as_deref(), Some("`sts` is not allowed to these credentials"));
        let none = "No valid credential sources found: no valid credential sources for the provider";
        let told = explained("the provider", none).unwrap_or_default();
        assert!(told.contains("has no AWS credentials") && told.contains("pulumi config set aws:profile"), "{told}");
        assert!(!told.contains("lookup.profile"), "that one is for the account scan alone: {told}");
        let named =
            format!("{denied}: User: arn:aws:iam::1:user/a is not authorized to perform: sts:GetCallerIdentity on");
        let told = explained("the provider", &named);
        assert_eq!(told.as_deref(), Some("`sts:GetCallerIdentity` is not allowed to these credentials"));
        assert_eq!(explained("the provider", "something else broke"), None);
    }
}

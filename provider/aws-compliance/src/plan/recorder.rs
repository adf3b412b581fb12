//! What the account scan is asked about the recorder.

use account_look::{FrequencyOverride, RecorderPlan};
use compliance_types::recorder::{RecorderMode, RecordingFrequency};

use crate::inputs::name_prefix::NamePrefix;
use crate::inputs::recorder::{RecorderSettingsArgs, RecordingStrategy};

impl RecorderSettingsArgs {
    /// What the account scan is asked about a recorder with these settings.
    /// `bucket`: what its channel delivers to, where that is known.
    pub fn plan(&self, mode: RecorderMode, prefix: &NamePrefix, bucket: Option<String>) -> RecorderPlan {
        let overrides = match self.daily_types.as_slice() {
            [] => Vec::new(),
            types => {
                let frequency = RecordingFrequency::Daily;
                vec![FrequencyOverride { resource_types: types.to_vec(), frequency }]
            }
        };
        RecorderPlan {
            mode: Some(mode),
            name: Some(prefix.recorder()),
            bucket,
            records: Some(self.records()),
            frequency: Some(self.frequency),
            overrides,
            ..RecorderPlan::default()
        }
    }

    /// What ours will record.
    fn records(&self) -> account_look::Recorded {
        let resource_types = match self.strategy {
            RecordingStrategy::All | RecordingStrategy::Only => self.resource_types.clone(),
            RecordingStrategy::AllExcept => self.excluded(),
        };
        match self.strategy {
            RecordingStrategy::All => account_look::Recorded::All { global_types: self.global_types },
            RecordingStrategy::Only => account_look::Recorded::Only { resource_types },
            RecordingStrategy::AllExcept => account_look::Recorded::AllExcept { resource_types },
        }
    }
}

package doctor

import "zoomtag/store/record"

// VerdictOf is a finding as it is kept with the record of its event.
func VerdictOf(f Finding) record.Verdict {
	return record.Verdict{Code: f.Code, Severity: string(f.Severity), What: f.What, Mend: f.Mend}
}

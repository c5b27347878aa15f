package api

import (
	"slices"

	"zoomtag/sync/engine"
)

// CancelRequest names meetings that no event has, by their numbers.
type CancelRequest struct {
	Meetings []int64 `json:"meetings"`
}

// CancelReport is the document of `cancel --json`.
type CancelReport struct {
	Cancelled []LeftoverStatus `json:"cancelled"`
}

// RetryRequest says what is to be tried again at once.
type RetryRequest struct {
	// Calendars are those that are meant; none is all.
	Calendars []string `json:"calendars,omitempty"`
	// What, if set, is one of them, or an event's id, UID or title.
	What string `json:"what,omitempty"`
	// Patient says that nobody stands by who may have mended something.
	Patient bool `json:"patient,omitempty"`
}

// RetryReport is the document of `retry --json`.
type RetryReport struct {
	Calendars []string `json:"calendars"` // in which something is tried again
	Events    int      `json:"events"`
}

// SyncRequest says which calendars are worked on. Dry changes nothing anywhere, and reports what would be done.
type SyncRequest struct {
	Calendars []string `json:"calendars,omitempty"` // none is all
	Dry       bool     `json:"dry,omitempty"`
}

// SyncReport is the document of `sync --json`, `plan --json` and `remove --json`.
type SyncReport struct {
	Calendars []engine.Report `json:"calendars"`
	Requests  map[string]int  `json:"requests"`
	Lists     []ListReport    `json:"lists,omitempty"` // of calendars, those that were asked for
	// Files are the links that zoomtag link has put into files outside the calendars; whoever takes zoomtag out of all
	// calendars is told that they stay.
	Files []LinkStatus `json:"files,omitempty"`
}

// Failed reports whether something went wrong for some calendar, event or list. A list that is not believed waits for a
// person: that is no failure. A calendar that cannot be written is one where something has to be written, as is one
// that is not there.
func (r *SyncReport) Failed() bool {
	if slices.ContainsFunc(r.Lists, func(l ListReport) bool { return l.Error != "" && !l.Held }) {
		return true
	}
	return slices.ContainsFunc(r.Calendars, func(c engine.Report) bool { return c.Failed() || c.Withheld() })
}

// RemoveRequest says out of which calendars zoomtag is taken. Dry changes nothing anywhere, and reports what would be
// done.
type RemoveRequest struct {
	Calendars []string `json:"calendars,omitempty"` // none is all
	// Keep leaves the meetings at Zoom as they are; otherwise they are cancelled.
	Keep bool `json:"keep,omitempty"`
	Dry  bool `json:"dry,omitempty"`
}

// ReleaseRequest names the calendar whose brake is lifted.
type ReleaseRequest struct {
	Calendar string `json:"calendar"`
}

// ReleaseReport is the document of `release --json`.
type ReleaseReport struct {
	Calendar string `json:"calendar"`
	Held     bool   `json:"held"`
	Removed  bool   `json:"removed"` // zoomtag had left it, or was about to
	// Let says that its owner has left a list, and that nobody follows its meetings from now on.
	Let    bool `json:"let"`
	Events int  `json:"events"`
}

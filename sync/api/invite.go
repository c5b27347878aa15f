package api

import (
	"time"

	"zoomtag/sync/engine"
	"zoomtag/sync/invite"
	"zoomtag/sync/reason"
)

// InviteRequest says to which events invitations are wanted, and of what kind. Without events it is about all linked
// ones.
type InviteRequest struct {
	Events    []string      `json:"events,omitempty"`
	Method    invite.Method `json:"method,omitempty"`
	Attendees bool          `json:"attendees,omitempty"`
	Alarm     time.Duration `json:"alarm,omitempty"`
}

// InviteReport is the document of `invite --json`, apart from the texts.
type InviteReport struct {
	Invites []InviteStatus `json:"invites"`
}

// Told is what people read of Error: cause and cure.
func (i *InviteStatus) Told() string { return i.Code.Told(i.Error, i.Cure) }

// InviteStatus is the invitation to one event.
type InviteStatus struct {
	Calendar string `json:"calendar"`
	EventID  string `json:"event_id"`
	UID      string `json:"uid"`
	Title    string `json:"title"`
	Path     string `json:"path,omitempty"` // where it was written
	Error    string `json:"error,omitempty"`
	// Code is the code of Error, and Cure what mends it, in this case where that is known, else as a rule.
	Code reason.Code `json:"code,omitempty"`
	Cure string      `json:"cure,omitempty"`
	ICS  []byte      `json:"ics,omitempty"`
}

// LinkRequest names an event whose link is wanted at once: one of a calendar, by its id, UID or title, or, where no
// calendar is named, that in a file.
type LinkRequest struct {
	Calendar string `json:"calendar,omitempty"`
	Event    string `json:"event,omitempty"`
	ICS      []byte `json:"ics,omitempty"`
	// Options are those of a tag, for a file: the event in a calendar has them in its tag.
	Options string `json:"options,omitempty"`
}

// LinkReport is the document of `link --json`, apart from the file, which there is where one was asked for.
type LinkReport struct {
	Event engine.EventReport `json:"event"`
	Path  string             `json:"path,omitempty"`
	ICS   []byte             `json:"ics,omitempty"`
}

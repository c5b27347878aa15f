package api

import (
	"time"

	"zoomtag/providers/words"
	"zoomtag/sync/reason"
)

// ListStatus is how a list of calendars stands (calendars_from).
type ListStatus struct {
	Name string `json:"name"`
	Kind string `json:"kind"` // google, outlook, caldav or file
	// Watched is how many of its members are watched, Away how many have left it and are held, and Excluded how many
	// the configuration leaves out.
	Watched  int `json:"watched"`
	Away     int `json:"away"`
	Excluded int `json:"excluded"`
	// ReadAt is when it was last read and believed, TriedAt when it was last asked for.
	ReadAt  *time.Time `json:"read_at"`
	TriedAt *time.Time `json:"tried_at"`
	Error   string     `json:"error"` // why it could not be read the last time, or was not believed
	// Code is the code of Error, and Cure what mends it, in this case where that is known, else as a rule.
	Code reason.Code `json:"code,omitempty"`
	Cure string      `json:"cure,omitempty"`
	// Skipped are members that are not watched, and what of the list cannot be understood; not all where they are many.
	Skipped []SkippedMember `json:"skipped"`
	// Unwatched is how many of them there are.
	Unwatched int `json:"unwatched"`
}

// SkippedMember is a member of a list that is not watched. Name is empty where it is not known who it is.
type SkippedMember struct {
	Name   string `json:"name,omitempty"`
	Reason string `json:"reason"`
	Cure   string `json:"cure,omitempty"` // what mends that, in a sentence
}

// Told is what people read of Reason: cause and cure.
func (s *SkippedMember) Told() string { return words.Join(s.Reason, words.Clause(s.Cure)) }

// Told is what people read of Error: cause and cure.
func (l *ListStatus) Told() string { return l.Code.Told(l.Error, l.Cure) }

// Told is what people read of Error: cause and cure.
func (l *ListReport) Told() string { return l.Code.Told(l.Error, l.Cure) }

// Believed reports whether the list is as it says.
func (l *ListStatus) Believed() bool { return l.Error == "" }

// ListReport is what came of asking a list of calendars: who came, left and came back, by the names of the calendars.
type ListReport struct {
	Name string `json:"name"`
	// Planned says that nothing of it was saved: nobody is watched yet who would come.
	Planned bool        `json:"planned,omitempty"`
	Came    []string    `json:"came"`
	Left    []string    `json:"left"`
	Back    []string    `json:"back"`
	Moved   []string    `json:"moved"` // they have another address by now
	Error   string      `json:"error"`
	Code    reason.Code `json:"code,omitempty"`
	Cure    string      `json:"cure,omitempty"`
	// Held says that the list was read and not believed.
	Held bool `json:"held"`
	// Skipped and Unwatched are those of ListStatus.
	Skipped   []SkippedMember `json:"skipped"`
	Unwatched int             `json:"unwatched"`
}

// IsNews reports whether there is anything to tell.
func (l *ListReport) IsNews() bool {
	return len(l.Came)+len(l.Left)+len(l.Back)+len(l.Moved)+len(l.Skipped) > 0 || l.Error != ""
}

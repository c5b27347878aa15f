package zoom

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// wireMeeting is what is read of a meeting, alone or in a list. It has no field for the start URL, on purpose.
type wireMeeting struct {
	ID          number       `json:"id"`
	UUID        text         `json:"uuid"` // another one after each time that it was held
	HostID      text         `json:"host_id"`
	HostEmail   text         `json:"host_email"`
	Topic       text         `json:"topic"`
	Agenda      text         `json:"agenda"` // in a list, its first 250 characters
	Type        number       `json:"type"`
	StartTime   stamp        `json:"start_time"`
	Duration    number       `json:"duration"` // minutes
	PMI         number       `json:"pmi"`      // of meetings in a personal room
	CreatedAt   stamp        `json:"created_at"`
	JoinURL     text         `json:"join_url"`
	Password    text         `json:"password"` // never in a list
	RegisterURL text         `json:"registration_url"`
	Settings    wireSettings `json:"settings"`
	Occurrences occurrences  `json:"occurrences"`
}

// wireSettings are the settings that are compared with what was asked for. Nil and "" mean that Zoom did not say.
type wireSettings struct {
	WaitingRoom       toggle  `json:"waiting_room"`
	JoinBeforeHost    toggle  `json:"join_before_host"`
	JBHTime           *number `json:"jbh_time"`
	UsePMI            toggle  `json:"use_pmi"`
	ApprovalType      *int    `json:"-"`
	MeetingAuth       toggle  `json:"meeting_authentication"`
	Mute              toggle  `json:"mute_upon_entry"`
	AutoRecording     text    `json:"auto_recording"`
	AlternativeHosts  *text   `json:"alternative_hosts"`
	EmailNotification toggle  `json:"email_notification"`
	AlternateEmails   toggle  `json:"alternative_hosts_email_notification"`
	PushChange        toggle  `json:"push_change_to_calendar"`
	DialIn            phones  `json:"global_dial_in_numbers"`
}

// phones are the numbers to dial in with. What is no list of them is none.
type phones []struct {
	Number  text `json:"number"`
	City    text `json:"city"`
	Country text `json:"country_name"`
}

func (p *phones) UnmarshalJSON(b []byte) error {
	type plain phones
	var v plain
	if json.Unmarshal(b, &v) == nil {
		*p = phones(v)
	}
	return nil
}

// UnmarshalJSON also reads approval_type, whose absence differs from 0.
func (w *wireSettings) UnmarshalJSON(b []byte) error {
	type plain wireSettings
	var v struct {
		plain
		Approval *number `json:"approval_type"`
	}
	if len(b) > 0 && b[0] != '{' { // anything but an object says nothing
		return nil
	}
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	*w = wireSettings(v.plain)
	if v.Approval != nil {
		n := int(*v.Approval)
		w.ApprovalType = &n
	}
	return nil
}

// occurrences are those of a meeting with a schedule. What is no list of them is none.
type occurrences []wireOccurrence

func (o *occurrences) UnmarshalJSON(b []byte) error {
	var v []wireOccurrence
	if json.Unmarshal(b, &v) == nil {
		*o = v
	}
	return nil
}

// wirePage is one page of a user's meetings. Meetings is nil where the answer has none, which differs from an empty
// list.
type wirePage struct {
	NextPageToken text           `json:"next_page_token"`
	Meetings      *[]wireMeeting `json:"meetings"`
}

// wireUserSettings is what is read of GET /users/{id}/settings.
type wireUserSettings struct {
	Schedule struct {
		Requirement *passcodeRule `json:"meeting_password_requirement"`
	} `json:"schedule_meeting"`
}

// Zoom's numbers come as strings now and then, its strings as numbers, and enumerations grow. The types below take what
// can be understood and leave the rest zero: an odd field must not make a whole meeting unreadable.

type number int64

func (n *number) UnmarshalJSON(b []byte) error {
	s := strings.ReplaceAll(strings.Trim(string(b), `"`), " ", "")
	if v, err := strconv.ParseInt(s, 10, 64); err == nil {
		*n = number(v)
	} else if f, err := strconv.ParseFloat(s, 64); err == nil && f == float64(int64(f)) && f < 1<<53 && f > -(1<<53) {
		*n = number(f)
	}
	return nil
}

// UnmarshalText reads a number in XML.
func (n *number) UnmarshalText(b []byte) error { return n.UnmarshalJSON(b) }

type text string

func (t *text) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err == nil {
		*t = text(s)
		return nil
	}
	if c := b[0]; c == '-' || c >= '0' && c <= '9' {
		*t = text(b)
	}
	return nil
}

// toggle is "", "true" or "false": Zoom may not say.
type toggle string

func (f *toggle) UnmarshalJSON(b []byte) error {
	switch s := strings.ToLower(strings.Trim(string(b), `"`)); s {
	case "true", "1":
		*f = "true"
	case "false", "0":
		*f = "false"
	}
	return nil
}

func (f toggle) on() bool { return f == "true" }

// stamp is a time. The year 1 that Zoom gives for meetings without a time is the zero time.
type stamp struct{ time.Time }

func (s *stamp) UnmarshalJSON(b []byte) error {
	v := strings.Trim(string(b), `"`)
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05"} {
		if t, err := time.ParseInLocation(layout, v, time.UTC); err == nil && t.Year() > 1 {
			s.Time = t.UTC()
			return nil
		}
	}
	return nil
}

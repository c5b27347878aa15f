package zoom

import (
	"time"
)

// meetingBody is the body of a create or an update: only what is set is sent.
type meetingBody struct {
	Topic           *string       `json:"topic,omitempty"`
	Agenda          string        `json:"agenda,omitempty"`
	Type            *int          `json:"type,omitempty"`
	StartTime       string        `json:"start_time,omitempty"`
	Timezone        string        `json:"timezone,omitempty"`
	Duration        *int          `json:"duration,omitempty"`
	Password        *string       `json:"password,omitempty"`
	DefaultPassword *bool         `json:"default_password,omitempty"`
	TemplateID      string        `json:"template_id,omitempty"`
	Settings        *settingsBody `json:"settings,omitempty"`

	Recurrence *recurrenceBody `json:"recurrence,omitempty"`
}

type settingsBody struct {
	UsePMI                *bool   `json:"use_pmi,omitempty"`
	WaitingRoom           *bool   `json:"waiting_room,omitempty"`
	JoinBeforeHost        *bool   `json:"join_before_host,omitempty"`
	JBHTime               *int    `json:"jbh_time,omitempty"`
	ApprovalType          *int    `json:"approval_type,omitempty"`
	MeetingAuthentication *bool   `json:"meeting_authentication,omitempty"`
	MuteUponEntry         *bool   `json:"mute_upon_entry,omitempty"`
	AutoRecording         *string `json:"auto_recording,omitempty"`
	AlternativeHosts      *string `json:"alternative_hosts,omitempty"`
	// Zoom mails hosts unless told not to.
	EmailNotification      *bool `json:"email_notification,omitempty"`
	AlternativeHostsEmails *bool `json:"alternative_hosts_email_notification,omitempty"`
	// PushChange is false in every create: the calendar is ours to write. Whether updates take it Zoom's documents
	// disagree on: it is sent only to a meeting that has it on.
	PushChange *bool `json:"push_change_to_calendar,omitempty"`
}

// body puts terms into a request.
func (t terms) body() meetingBody {
	b := meetingBody{Topic: t.topic, Type: t.kind, Duration: t.minutes, Password: t.passcode, Recurrence: t.recurrence}
	if t.start != nil {
		b.StartTime, b.Timezone = wallTime(*t.start, t.zone)
	}
	s := settingsBody{
		UsePMI: t.room, WaitingRoom: t.waiting, JoinBeforeHost: t.early, JBHTime: t.earlyBy, ApprovalType: t.approval,
		MeetingAuthentication: t.signIn, MuteUponEntry: t.mute, AutoRecording: t.recording,
		AlternativeHosts:  t.alternate,
		EmailNotification: t.mail, AlternativeHostsEmails: t.altMail, PushChange: t.push,
	}
	if s != (settingsBody{}) {
		b.Settings = &s
	}
	return b
}

// createBody is the body of a create.
func (t terms) createBody(mark string, auto bool) meetingBody {
	if !*t.room {
		t.room = nil // no room is what Zoom does unasked
	}
	if t.alternate != nil && *t.alternate == "" {
		t.alternate = nil
	}
	b := t.body()
	b.Agenda = agenda(mark)
	switch {
	case auto:
		b.DefaultPassword = new(true)
	case t.passcode != nil && *t.passcode == "":
		b.Password, b.DefaultPassword = nil, new(false)
	}
	return b
}

// updateBody is the body of an update that tells t. Whether anybody is mailed about it is in every one: whether Zoom
// remembers what an earlier request said of that, nobody knows.
func (t terms) updateBody(asked terms) meetingBody {
	t.mail, t.altMail = asked.mail, asked.altMail
	return t.body()
}

func (t terms) empty() bool { return t == terms{} }

// wallTime says a start as Zoom takes it: the wall time in a zone that it knows, else UTC. A wall time that the clocks
// show twice is told in UTC as well.
func wallTime(start time.Time, zone *string) (startTime, timezone string) {
	const wall = "2006-01-02T15:04:05"
	utc := start.UTC().Format(wall) + "Z"
	if zone == nil {
		return utc, ""
	}
	loc, err := time.LoadLocation(*zone)
	if err != nil || *zone == "UTC" {
		return utc, *zone
	}
	local := start.In(loc).Format(wall)
	for _, shift := range []time.Duration{30 * time.Minute, time.Hour, 2 * time.Hour} {
		if start.Add(shift).In(loc).Format(wall) == local || start.Add(-shift).In(loc).Format(wall) == local {
			return utc, *zone
		}
	}
	return local, *zone
}

package zoom

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"zoomtag/providers/meeting"
)

// wireInspection is a meeting with what wireMeeting leaves out.
type wireInspection struct {
	wireMeeting
	Status  text
	Domains text // "example.com,*.example.org"
}

// UnmarshalJSON reads the same object twice, so that what is odd in one half does not hide the other.
func (w *wireInspection) UnmarshalJSON(b []byte) error {
	if err := json.Unmarshal(b, &w.wireMeeting); err != nil {
		return err
	}
	var more struct {
		Status   text            `json:"status"`
		Settings json.RawMessage `json:"settings"`
	}
	if err := json.Unmarshal(b, &more); err != nil {
		return err
	}
	var settings struct {
		Domains text `json:"authentication_domains"`
	}
	if json.Unmarshal(more.Settings, &settings) == nil { // anything but an object says nothing
		w.Domains = settings.Domains
	}
	w.Status = more.Status
	return nil
}

// Inspect implements meeting.Inspector with one request.
func (s *Service) Inspect(ctx context.Context, id int64) (meeting.Inspection, error) {
	what := "read meeting " + strconv.FormatInt(id, 10)
	var w wireInspection
	err := s.do(ctx, call{what: what, method: http.MethodGet, path: meetingPath(id), want: http.StatusOK,
		on: aMeeting}, &w)
	if err != nil {
		return meeting.Inspection{}, err
	}
	m, err := s.meeting(w.wireMeeting, what)
	if err != nil {
		return meeting.Inspection{}, err
	}
	set := w.Settings
	i := meeting.Inspection{
		Meeting: m, Recurring: w.Type == typeLasting || w.Type == typeFixed, Created: w.CreatedAt.Time,
		Running:     w.Status == "started",
		WaitingRoom: set.WaitingRoom.pointer(), JoinBeforeHost: set.JoinBeforeHost.pointer(), Early: early(set.JBHTime),
		SignIn: set.MeetingAuth.pointer(), Domains: commaList(string(w.Domains)), Recording: string(set.AutoRecording),
		Mute:         set.Mute.pointer(),
		PersonalRoom: set.UsePMI.on() || w.Type == typeRoom,
	}
	if set.ApprovalType != nil {
		i.Registration = map[int]string{approvalNone: "none", approvalAutomatic: "automatic",
			approvalManual: "manual"}[*set.ApprovalType]
	}
	return i, nil
}

func early(minutes *number) time.Duration {
	if minutes == nil {
		return 0
	}
	return time.Duration(*minutes) * time.Minute
}

// pointer is nil where Zoom did not say.
func (f toggle) pointer() *bool {
	if f == "" {
		return nil
	}
	return new(f.on())
}

func commaList(list string) []string {
	return strings.FieldsFunc(strings.ToLower(list), func(r rune) bool { return r == ',' || r == ';' || r == ' ' })
}

// wireProfile is what is read of GET /users/{id}.
type wireProfile struct {
	Type   *number `json:"type"`
	PMI    number  `json:"pmi"`
	Status text    `json:"status"`
	Client text    `json:"last_client_version"`
}

// wireHost is what is read of GET /users/{id}/settings: of its plain form, and of the part that
// ?option=meeting_security asks for.
type wireHost struct {
	Feature struct {
		Capacity   number `json:"meeting_capacity"`
		Large      toggle `json:"large_meeting"`
		LargeSeats number `json:"large_meeting_capacity"`
		Concurrent text   `json:"concurrent_meeting"`
	} `json:"feature"`
	Schedule struct {
		Embed    toggle `json:"embed_password_in_join_link"`
		Room     toggle `json:"personal_meeting"`
		Passcode toggle `json:"require_password_for_scheduling_new_meetings"`
	} `json:"schedule_meeting"`
	Security struct {
		Embed    toggle `json:"embed_password_in_join_link"`
		Passcode toggle `json:"meeting_password"`
	} `json:"meeting_security"`
}

// The kinds of users that Zoom tells apart.
const (
	userBasic      = 1
	userLicensed   = 2
	userUnassigned = 4
	userNone       = 99
)

// Host implements meeting.Inspector with up to three requests.
func (s *Service) Host(ctx context.Context, host string) (meeting.HostFacts, error) {
	var f meeting.HostFacts
	id, err := s.hosting(host)
	if err != nil {
		// that Zoom knows no such user is not said
		return f, fmt.Errorf("zoom: read what %s may do: it is not asked (%s)", host, err.Error())
	}
	_, scopes, err := s.tokens.get(ctx, "")
	if err != nil {
		return f, err
	}
	// read asks only for what the token allows; a refusal all the same says that it does not.
	read := func(scope string, query url.Values, answer any, path ...string) (bool, error) {
		if len(scopes) > 0 && !has(scopes, scope) {
			f.Missing = appendOnce(f.Missing, s.tokens.named(scope))
			return false, nil
		}
		err := s.do(ctx, call{what: "read what " + host + " may do", method: http.MethodGet, path: path, query: query,
			want: http.StatusOK, on: aUser}, answer)
		if errors.Is(err, meeting.ErrDenied) {
			f.Missing = appendOnce(f.Missing, s.tokens.named(scope))
			return false, nil
		}
		return err == nil, err
	}
	var user wireProfile
	if ok, err := read(scopeUser, nil, &user, "users", id); err != nil {
		return f, err
	} else if ok {
		f.Plan = user.plan()
		f.Status = string(user.Status)
		f.Room = int64(user.PMI)
		f.Client = string(user.Client)
	}
	var settings wireHost
	for _, part := range []url.Values{nil, {"option": {"meeting_security"}}} {
		_, err := read(scopeSettings, part, &settings, "users", id, "settings")
		if err != nil && !errors.Is(err, meeting.ErrInvalid) { // not every account has every part
			return f, err
		}
	}
	settings.into(&f)
	return f, nil
}

func appendOnce(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

func (u wireProfile) plan() meeting.Plan {
	if u.Type == nil {
		return meeting.PlanUnknown
	}
	switch *u.Type {
	case userBasic:
		return meeting.Basic
	case userLicensed:
		return meeting.Licensed
	case userUnassigned, userNone:
		return meeting.NoPlan
	}
	return meeting.PlanUnknown
}

// businessSeats is how many people fit into a meeting of the plans that allow two meetings at once; Pro has 100.
const businessSeats = 300

// into fills in what settings say. Zoom does not say how many meetings a host can hold at once: with a Basic plan it is
// one, with Pro one, with Business and above two, and the number of seats tells the latter apart unless it was bought
// separately.
func (w wireHost) into(f *meeting.HostFacts) {
	f.Capacity = int(max(w.Feature.Capacity, 0))
	if w.Feature.Large.on() {
		f.Capacity = max(f.Capacity, int(w.Feature.LargeSeats))
	}
	f.RoomOn, f.DemandsPasscode = w.Schedule.Room.pointer(), w.Schedule.Passcode.pointer()
	if w.Security.Passcode.on() {
		f.DemandsPasscode = new(true)
	}
	f.EmbedPasscode = w.Schedule.Embed.pointer()
	if w.Security.Embed != "" {
		f.EmbedPasscode = w.Security.Embed.pointer()
	}
	switch {
	case f.Plan == meeting.Basic:
		f.Concurrent = 1
	case strings.EqualFold(string(w.Feature.Concurrent), "plus"), w.Feature.Large.on(), f.Capacity == 0,
		f.Plan != meeting.Licensed:
		// an add-on changes it, or nobody knows
	case f.Capacity >= businessSeats:
		f.Concurrent, f.Guessed = 2, true
	default:
		f.Concurrent, f.Guessed = 1, true
	}
}

const (
	scopeUser     = "user:read:user"
	scopeSettings = "user:read:settings"
	scopeRecover  = "meeting:update:status"
	scopeTemplate = "meeting:read:list_templates"
)

// purposes say what each scope is for, in words for the owner.
var purposes = map[string]string{
	"meeting:write:meeting":      "making meetings",
	"meeting:update:meeting":     "following events that are moved or renamed",
	"meeting:delete:meeting":     "cancelling meetings",
	"meeting:read:meeting":       "reading a meeting back",
	"meeting:read:list_meetings": "finding a meeting again after a lost answer",
	scopeUser:                    "judging the host's plan, licence and status",
	scopeRecover:                 "bringing a cancelled meeting back with the link that people have",
	scopeTemplate:                "finding the configured meeting template by its name",
	scopeSettings:                "passcodes that the account's rules accept, and judging the host's capacity",
}

// Scopes implements meeting.Inspector without a request of its own beyond that for the token.
func (s *Service) Scopes(ctx context.Context) (meeting.Scopes, error) {
	_, scopes, err := s.tokens.get(ctx, "")
	if err != nil || len(scopes) == 0 { // an answer without scopes says nothing about them
		return meeting.Scopes{}, err
	}
	var lacking meeting.Scopes
	for _, n := range needed {
		if !has(scopes, n.scope) && !slices.Contains(scopes, n.classic) {
			lacking.Needed = append(lacking.Needed, meeting.Scope{Name: s.tokens.named(n.scope),
				For: purposes[n.scope]})
		}
	}
	if s.templates && !has(scopes, scopeTemplate) {
		lacking.Needed = append(lacking.Needed, meeting.Scope{Name: s.tokens.named(scopeTemplate),
			For: purposes[scopeTemplate]})
	}
	for _, scope := range []string{scopeUser, scopeSettings, scopeRecover} {
		if !has(scopes, scope) {
			lacking.Useful = append(lacking.Useful, meeting.Scope{Name: s.tokens.named(scope), For: purposes[scope]})
		}
	}
	return lacking, nil
}

// named is a scope as the kind of app has it: the scopes of an app for the whole account end in ":admin".
func (t *tokens) named(scope string) string {
	if t.person != nil {
		return scope
	}
	return scope + ":admin"
}

// has reports whether one of scopes grants what scope does; the classic user:read grants both of what is read of a
// user.
func has(scopes []string, scope string) bool {
	for _, form := range []string{scope, scope + ":admin", scope + ":master"} {
		if slices.Contains(scopes, form) {
			return true
		}
	}
	kind, rest, _ := strings.Cut(scope, ":")
	action, _, _ := strings.Cut(rest, ":")
	return kind == "user" && (slices.Contains(scopes, kind+":"+action) ||
		slices.Contains(scopes, kind+":"+action+":admin"))
}

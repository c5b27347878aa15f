package outlooktest

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"zoomtag/providers/calendar/calendartest"
)

func TestFilledIn(t *testing.T) {
	b := newBench(t, Options{})
	id := b.Put("", timed("", "Review", "10:00", "11:00"))
	got := b.want("GET", "me/events/"+id, "", 200, "")
	want := JSON{
		"id": id, "subject": "Review", "type": "singleInstance", "isOrganizer": true, "isAllDay": false,
		"bodyPreview":     "",
		"createdDateTime": "2026-11-29T22:00:00.0000000Z", "lastModifiedDateTime": "2026-11-30T22:00:00.0000000Z",
		"originalStartTimeZone": Zone, "seriesMasterId": nil, "sensitivity": "normal", "isOnlineMeeting": false,
	}
	for name, v := range want {
		if have, there := got.Body[name]; !there || have != v {
			t.Errorf("%s is %v, want %v", name, have, v)
		}
	}
	start := got.Body["start"].(JSON)
	if start["dateTime"] != "2026-12-01T09:00:00.0000000" || start["timeZone"] != "UTC" {
		t.Errorf("start %v", start)
	}
	etag, _ := got.Body["@odata.etag"].(string)
	key, _ := got.Body["changeKey"].(string)
	if !strings.HasPrefix(etag, `W/"`) || got.Header.Get("Etag") != etag || strings.Contains(etag, key) {
		t.Errorf("etag %s, header %s, change key %s", etag, got.Header.Get("Etag"), key)
	}
	if got.Header.Get("Preference-Applied") != immutable || got.Header.Get("Request-Id") == "" ||
		got.Header.Get("Client-Request-Id") == "" {
		t.Errorf("headers %v", got.Header)
	}
	b.want("GET", "me/events/nothing", "", 404, "ErrorItemNotFound")
	b.want("GET", "me/events/"+strings.ToLower(id), "", 404, "ErrorItemNotFound")
	b.want("GET", "users/nobody@example.com/events", "", 404, "ErrorInvalidUser")
	b.clean()
}

func TestTimesAreShownInTheZoneThatIsPreferred(t *testing.T) {
	b := newBench(t, Options{})
	id := b.Put("", JSON{
		"start": JSON{"dateTime": "2026-12-01T10:00:00", "timeZone": "Eastern Standard Time"},
		"end":   JSON{"dateTime": "2026-12-01T16:00:00Z", "timeZone": "America/New_York"},
	})
	days := b.Put("", JSON{
		"isAllDay": true, "start": JSON{"dateTime": "2026-12-01T00:00:00", "timeZone": "Europe/Berlin"},
		"end": JSON{"dateTime": "2026-12-02T00:00:00", "timeZone": "Europe/Berlin"},
	})
	for prefer, want := range map[string]string{"UTC": "2026-12-01T15:00:00.0000000",
		Zone: "2026-12-01T16:00:00.0000000", "America/New_York": "2026-12-01T10:00:00.0000000"} {
		both := immutable + `, outlook.timezone="` + prefer + `"`
		ev := b.get("me/events/"+id, "Prefer", both)
		start := ev["start"].(JSON)
		if start["dateTime"] != want || start["timeZone"] != prefer ||
			ev["originalStartTimeZone"] != "Eastern Standard Time" {
			t.Errorf("%s: start %v, zone %v", prefer, start, ev["originalStartTimeZone"])
		}
		if start := b.get("me/events/"+days, "Prefer",
			both)["start"].(JSON); start["dateTime"] != "2026-12-01T00:00:00.0000000" || start["timeZone"] != "UTC" {
			t.Errorf("%s: a whole day begins %v", prefer, start)
		}
	}
	b.want("GET", "me/events/"+id, "", 400, "TimeZoneNotSupportedException", "Prefer", immutable+
		`, outlook.timezone="Nowhere"`)
	custom := b.Put("", JSON{"originalStartTimeZone": customZone})
	if ev := b.get("me/events/" + custom); ev["originalStartTimeZone"] != customZone {
		t.Errorf("zone %v", ev["originalStartTimeZone"])
	}
	b.clean()
}

func TestTwoKindsOfIDs(t *testing.T) {
	b := newBench(t, Options{})
	second := b.AddCalendar("", "Second")
	id := b.Put("", timed("", "Review", "10:00", "11:00"))
	plain, _ := b.get("me/events/"+id, "Prefer", "")["id"].(string)
	b.complained("without Prefer")
	if plain == id || plain == "" {
		t.Errorf("ids %s, %s", id, plain)
	}
	if again := b.get("me/events/" + plain)["id"]; again != id {
		t.Errorf("the other id of %s is %v", plain, again)
	}
	b.Move("", id, second)
	if moved := b.get("me/calendars/" + second + "/events/" + id)["id"]; moved != id {
		t.Errorf("moved to %v", moved)
	}
	b.want("GET", "me/events/"+plain, "", 404, "ErrorItemNotFound")
	b.want("GET", "me/calendar/events/"+id, "", 404, "ErrorItemNotFound")
	names := b.get("me/calendars?$select=name,isDefaultCalendar")
	if got := values(names, "name"); got != "Calendar Second" || names["value"].([]any)[1].(JSON)["id"] != second {
		t.Errorf("calendars %v", names)
	}
	if got := ids(b.get("me/calendars", "Prefer", "")); strings.Contains(got, second) {
		t.Errorf("calendars %s", got)
	}
	b.complained("without Prefer")
}

func TestStrangeRequests(t *testing.T) {
	b := newBench(t, Options{})
	id := b.Put("", JSON{})
	for _, test := range []struct {
		call   string
		status int
		code   string
		what   string
	}{
		{"GET users//calendars//events", 400, "BadRequest", "no such path"},
		{"GET me/events/" + id + "/attachments", 400, "BadRequest", "no such path"},
		{"DELETE me/events/" + id, 501, "NotImplemented", ""},
		{"POST me/events/" + id, 501, "NotImplemented", ""},
		{"GET me/events/delta", 501, "NotImplemented", ""},
		{"GET me/events?$search=x", 501, "NotImplemented", "does not have"},
		{"GET me/events?$top=1001", 400, "ErrorInvalidUrlQuery", "$top"},
		{"GET me/events?top=5", 400, "BadRequest", "unknown option"},
		{"GET me/events?$filter=subject+eq+'x'", 500, "ErrorInternalServerError", "plus"},
		{"GET me/events?$filter=" + query("contains(subject,'x')"), 400, "ErrorInvalidUrlQueryFilter", "$filter"},
		{"GET me/events?$filter=" + query("subject eq 'x' and"), 400, "ErrorInvalidUrlQueryFilter", "$filter"},
		{"GET me/events?$orderby=subject", 400, "ErrorInvalidUrlQuery", "$orderby"},
		{"GET me/events?$orderby=lastModifiedDateTime&$filter=" + query("type eq 'seriesMaster'"), 400,
			"InefficientFilter", "$orderby"},
		{"GET me/events?$select=subject,color", 400, "RequestBroker--ParseUri", "color"},
		{"GET me/events?$expand=attachments", 400, "RequestBroker--ParseUri", "$expand"},
		{"GET me/events?$expand=singleValueExtendedProperties", 400, "ErrorInvalidUrlQueryFilter", "extended"},
		{"GET me/calendarView?startDateTime=2026-12-01", 400, "ErrorInvalidParameter", "endDateTime"},
	} {
		method, path, _ := strings.Cut(test.call, " ")
		b.want(method, path, "", test.status, test.code)
		if test.what != "" {
			b.complained(test.what)
		}
		b.mu.Lock()
		b.ResetComplaints()
		b.mu.Unlock()
	}
	if _, stands := b.Event("", id); !stands {
		t.Error("the event is gone")
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.GraphURL()+"/me/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header = http.Header{"Authorization": {"Bearer " + b.token}, "Prefer": {immutable, `outlook.timezone="UTC"`}}
	if got := b.send(r); got.Status != 200 || got.Header.Get("Preference-Applied") != immutable+
		`, outlook.timezone="UTC"` {
		t.Errorf("two lines of Prefer: %d %v", got.Status, got.Header)
	}
	b.complained("2 lines of Prefer")
}

func TestRequestsAreKept(t *testing.T) {
	b := newBench(t, Options{})
	id := b.Put("", JSON{})
	b.patch(id, `{"subject":"x"}`)
	b.Break(Fault{Cut: true})
	_ = b.do("GET", "me/events?$top=2", "")
	write, read := calendartest.Kept(t, b.Server)
	if write.Body["subject"] != "x" || read.Query.Get("$top") != "2" {
		t.Errorf("%+v, %+v", write, read)
	}
}

func TestHold(t *testing.T) {
	b := newBench(t, Options{})
	id := b.Put("", JSON{"subject": "a"})
	calendartest.Held(t, &b.Hold, func() string { ev, _ := b.Event("", id); return ev["subject"].(string) },
		func() { b.patch(id, `{"subject":"b"}`) })
}

func TestTooManyAtOnce(t *testing.T) {
	for _, o := range []Options{{}, {Busy: true}} {
		b := newBench(t, o)
		entered, release := make(chan bool), make(chan bool)
		b.Hold = func(phase string, _ *http.Request) {
			if phase == "before" {
				entered <- true
				<-release
			}
		}
		var wg sync.WaitGroup
		for range mostAtOnce {
			wg.Go(func() {
				if got := b.do("GET", "me/events", ""); got.Status != 200 {
					t.Errorf("%d %s", got.Status, got.Raw)
				}
			})
		}
		for range mostAtOnce {
			<-entered
		}
		status, code := 429, "ApplicationThrottled"
		if o.Busy {
			status, code = 503, "MailboxConcurrency"
		}
		if got := b.want("GET", "me/events", "", status, code); got.Header.Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
		close(release)
		wg.Wait()
		go func() { <-entered }()
		b.want("GET", "me/events", "", 200, "")
		b.clean()
	}
}

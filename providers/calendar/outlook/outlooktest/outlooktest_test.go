package outlooktest

import (
	"strings"
	"testing"
)

func TestFilledIn(t *testing.T) {
	b := newBench(t, Options{})
	id := b.Put("", timed("", "Review", "10:00", "11:00"))
	got := b.want("GET", "me/events/"+id, "", 200, "")
	want := JSON{
		"id": id, "subject": "Review", "type": "singleInstance", "isOrganizer": true, "isAllDay": false, "bodyPreview": "",
		"createdDateTime": "2026-11-29T22:00:00.0000000Z", "lastModifiedDateTime": "2026-11-30T22:00:00.0000000Z",
		"originalStartTimeZone": Zone, "seriesMasterId": nil, "sensitivity": "normal", "isOnlineMeeting": false,
	}
	for name, v := range want {
		if have, there := got.body[name]; !there || have != v {
			t.Errorf("%s is %v, want %v", name, have, v)
		}
	}
	start := got.body["start"].(JSON)
	if start["dateTime"] != "2026-12-01T09:00:00.0000000" || start["timeZone"] != "UTC" {
		t.Errorf("start %v", start)
	}
	etag, _ := got.body["@odata.etag"].(string)
	key, _ := got.body["changeKey"].(string)
	if !strings.HasPrefix(etag, `W/"`) || got.header.Get("Etag") != etag || strings.Contains(etag, key) {
		t.Errorf("etag %s, header %s, change key %s", etag, got.header.Get("Etag"), key)
	}
	if got.header.Get("Preference-Applied") != immutable || got.header.Get("Request-Id") == "" || got.header.Get("Client-Request-Id") == "" {
		t.Errorf("headers %v", got.header)
	}
	b.want("GET", "me/events/nothing", "", 404, "ErrorItemNotFound")
	b.want("GET", "me/events/"+strings.ToLower(id), "", 404, "ErrorItemNotFound")
	b.want("GET", "users/nobody@example.com/events", "", 404, "ErrorInvalidUser")
	b.clean()
}

package googletest

import "testing"

func TestPartialAnswers(t *testing.T) {
	b := newBench(t, Options{})
	b.Put("", JSON{
		"id": "a", "summary": "s", "location": "l", "start": JSON{"dateTime": "2026-12-01T22:00:00+01:00"},
		"end":                JSON{"dateTime": "2026-12-01T23:00:00+01:00"},
		"attendees":          []any{JSON{"email": "x@example.com", "responseStatus": "accepted"}},
		"extendedProperties": JSON{"private": JSON{"k": "v"}, "shared": JSON{"k": "v"}},
	})
	for fields, want := range map[string]string{
		"items(id,attendees(email),extendedProperties/private)": `{"items":[{"attendees":[{"email":"x@example.com"}],"extendedProperties":{"private":{"k":"v"}},"id":"a"}]}`,
		"items(id),items(summary)":                              `{"items":[{"id":"a","summary":"s"}]}`,
		"items(start,end/dateTime,end)":                         `{"items":[{"end":{"dateTime":"2026-12-01T23:00:00+01:00","timeZone":"Europe/Berlin"},"start":{"dateTime":"2026-12-01T22:00:00+01:00","timeZone":"Europe/Berlin"}}]}`,
		"items(start,start/date)":                               `{"items":[{"start":{"dateTime":"2026-12-01T22:00:00+01:00","timeZone":"Europe/Berlin"}}]}`,
		"items/id,timeZone":                                     `{"items":[{"id":"a"}],"timeZone":"Europe/Berlin"}`,
		"items/attendees/email":                                 `{"items":[{"attendees":[{"email":"x@example.com"}]}]}`,
		"items/id,items/summary":                                `{"items":[{"id":"a","summary":"s"}]}`,
		"items(extendedProperties/private/k)":                   `{"items":[{"extendedProperties":{"private":{"k":"v"}}}]}`,
		"items(organizer/*)":                                    `{"items":[{"organizer":{"email":"alice@example.com","self":true}}]}`,
	} {
		if got := b.list("fields=" + fields); got.Raw != want {
			t.Errorf("%s:\n%s\n%s", fields, got.Raw, want)
		}
	}
	if got := b.want("GET", events+"/a?fields=summary", "", 200, ""); got.Raw != `{"summary":"s"}` {
		t.Errorf("%s", got.Raw)
	}
	if got := b.want("PATCH", events+"/a?sendUpdates=none&fields=summary", `{"summary":"t"}`, 200,
		""); got.Raw != `{"summary":"t"}` {
		t.Errorf("%s", got.Raw)
	}
	b.clean()
	for _, fields := range []string{"items(id", "items(colour)", "id", "items()", "items,,kind", "items)",
		"items/id/x"} {
		b.want("GET", events+"?fields="+fields, "", 400, "invalidParameter")
		b.complained("fields=")
	}
}

func TestDiscoveryCheck(t *testing.T) {
	b := newBench(t, Options{})
	b.put("a")
	for query, what := range map[string]string{
		"colour=red": "unknown parameter colour", "eventTypes=meeting": "not one of", "showDeleted=yes": "no boolean",
		"maxAttendees=few": "no integer",
		"maxAttendees=0":   "no integer", "maxResults=3&maxResults=4": "more than once", "alt=xml": "not one of",
	} {
		b.list(query)
		b.complained(what)
	}
	b.list("eventTypes=default&eventTypes=fromGmail&prettyPrint=false&quotaUser=x")
	b.clean()
	for body, what := range map[string]string{
		`{"colour":"red"}`: "unknown field colour", `{"summary":5}`: "summary is a float64, want string",
		`{"extendedProperties":{"private":{"a":1}}}`:                      "extendedProperties.private.a",
		`{"extendedProperties":{"hidden":{}}}`:                            "unknown field extendedProperties.hidden",
		`{"conferenceData":{"entryPoints":[{"uri":"x","colour":"red"}]}}`: "conferenceData.entryPoints[0].colour",
		`{"source":"x"}`: "source is a string, want object",
	} {
		b.patch("a", body)
		b.complained(what)
	}
	b.patch("a", `{"summary":null,"extendedProperties":{"private":{"anything":null}},"source":{"url":"https://example.com"}}`)
	b.clean()
	if c := New(Options{Discovery: []byte(`{}`)}).Complaints(); len(c) != 1 {
		t.Errorf("complaints %q about a document with nothing in it", c)
	}
}

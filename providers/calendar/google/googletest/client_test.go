package googletest

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"testing"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google"
	"google.golang.org/api/calendar/v3"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/option"
)

// client is Google's own client library, signed in with a service account that acts for the person.
func (b *bench) client(scopes ...string) *calendar.Service {
	b.Helper()
	conf, err := google.JWTConfigFromJSON(b.ServiceAccount(), scopes...)
	if err != nil {
		b.Fatal(err)
	}
	conf.Subject = Account
	return b.service(conf.TokenSource(b.Context()))
}

func (b *bench) service(tokens oauth2.TokenSource) *calendar.Service {
	b.Helper()
	service, err := calendar.NewService(b.Context(), option.WithEndpoint(b.APIURL()),
		option.WithHTTPClient(oauth2.NewClient(b.Context(), tokens)))
	if err != nil {
		b.Fatal(err)
	}
	return service
}

// walk is a whole list through Google's client, and the sync token at its end.
func walk(ctx context.Context, call *calendar.EventsListCall) (items []*calendar.Event, token string, err error) {
	err = call.Pages(ctx, func(page *calendar.Events) error {
		items, token = append(items, page.Items...), page.NextSyncToken
		return nil
	})
	return items, token, err
}

func TestGooglesClient(t *testing.T) {
	b := newBench(t, Options{PageLimit: 2, Gzip: true})
	b.setRealClock()
	service := b.client(calendar.CalendarEventsOwnedScope)
	for _, summary := range []string{"one", "two", "three", "four", "five"} {
		b.Put("", JSON{"id": summary, "summary": summary, "location": "Room",
			"extendedProperties": JSON{"private": JSON{"a": "1", "b": "2"}}})
	}
	list := func() *calendar.EventsListCall {
		return service.Events.List("primary").EventTypes("default").Fields("nextPageToken", "nextSyncToken", "timeZone",
			"items(id,etag,status,summary,location,start,end,organizer/self,extendedProperties/private)")
	}
	items, token, err := walk(t.Context(), list())
	if err != nil || len(items) != 5 || token == "" || items[4].Summary != "five" || items[4].HtmlLink != "" ||
		!items[0].Organizer.Self {
		t.Fatalf("%d events, token %q, %v", len(items), token, err)
	}
	change := &calendar.Event{
		Description: "text", NullFields: []string{"Location", "ConferenceData"},
		ExtendedProperties: &calendar.EventExtendedProperties{Private: map[string]string{"c": "3"},
			NullFields: []string{"Private.a"}},
	}
	patch := func(etag string) (*calendar.Event, error) {
		call := service.Events.Patch("primary", "two", change).SendUpdates("none").ConferenceDataVersion(1)
		call.Header().Set("If-Match", etag)
		return call.Do()
	}
	var refused *googleapi.Error
	if _, err := patch(items[0].Etag); !errors.As(err, &refused) || refused.Code != http.StatusPreconditionFailed ||
		refused.Errors[0].Reason != "conditionNotMet" {
		t.Errorf("a patch of another version: %v", err)
	}
	after, err := patch(items[1].Etag)
	if err != nil {
		t.Fatal(err)
	}
	private := after.ExtendedProperties.Private
	if after.Description != "text" || after.Location != "" || len(private) != 2 || private["b"] != "2" ||
		private["c"] != "3" || after.Etag == items[1].Etag {
		t.Errorf("patched to %+v with %v", after, private)
	}
	b.Delete("", "four")
	items, next, err := walk(t.Context(), list().SyncToken(token))
	if err != nil || len(items) != 2 || next == "" || items[0].Etag != after.Etag || items[1].Status != "cancelled" {
		t.Fatalf("changed: %+v, token %q, %v", items, next, err)
	}
	b.Expire()
	if _, _, err := walk(t.Context(), list().SyncToken(next)); !errors.As(err, &refused) ||
		refused.Code != http.StatusGone || refused.Errors[0].Reason != "fullSyncRequired" {
		t.Errorf("an expired token: %v", err)
	}
	_, err = service.Events.Get("primary", "two").IfNoneMatch(after.Etag).Do()
	if !googleapi.IsNotModified(err) {
		t.Errorf("get of the same version: %v", err)
	}
	b.clean()
}

// TestScopesAreThoseOfTheDocument compares what the emulator accepts with what the discovery document says.
func TestScopesAreThoseOfTheDocument(t *testing.T) {
	b := newBench(t, Options{})
	for _, id := range []string{"calendar.events.list", "calendar.events.get", "calendar.events.patch",
		"calendar.calendars.get", "calendar.calendarList.list"} {
		i := slices.IndexFunc(b.discovery.methods, func(m *method) bool { return m.ID == id })
		if i < 0 {
			t.Errorf("%s is not in the document", id)
			continue
		}
		want, got := slices.Sorted(slices.Values(b.discovery.methods[i].Scopes)), whole(scopesFor(id))
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s accepts %q, want %q", id, got, want)
		}
	}
}

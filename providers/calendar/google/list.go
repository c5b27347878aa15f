package google

import (
	"context"
	"errors"
	"fmt"
	"slices"

	api "google.golang.org/api/calendar/v3"
	"google.golang.org/api/option"

	"zoomtag/providers/calendar"
	"zoomtag/providers/internal/oauth"
	"zoomtag/providers/internal/rest"
	"zoomtag/providers/words"
)

// listPage is how many calendars are asked for at once: the most that Google gives.
const listPage = 250

// List implements calendar.Lister. Listing takes a permission of its own, which zoomtag does without otherwise: a
// service account is given it by its administrator, and a person does not give it.
func (c *Calendar) List(ctx context.Context) ([]calendar.Listed, error) {
	if c.cfg.Auth == User {
		return nil, words.Mend(words.Say(calendar.ErrDenied, "the sign-in lets zoomtag see and change events, and not "+
			"list calendars"), "the ID of each stands in its settings (calendar.google.com, the three dots beside the "+
			"calendar, Settings, Integrate calendar); write it as google.calendar")
	}
	service, err := c.lister()
	if err != nil {
		return nil, err
	}
	var list []calendar.Listed
	token := ""
	for range rest.DefaultBounds.Pages {
		var page *api.CalendarList
		err := c.read(ctx, "list calendars", func(ctx context.Context) (err error) {
			page, err = service.List().MaxResults(listPage).PageToken(token).Fields("nextPageToken,items(id,summary,summaryOverride,primary,accessRole,deleted)").Context(ctx).Do()
			return err
		})
		if err != nil {
			return nil, err
		}
		list = slices.AppendSeq(list, listed(page.Items))
		if page.NextPageToken == "" || page.NextPageToken == token {
			return list, nil
		}
		token = page.NextPageToken
	}
	return nil, errors.New("google: list calendars: the list does not end")
}

// listed are the calendars of a page.
func listed(items []*api.CalendarListEntry) func(yield func(calendar.Listed) bool) {
	return func(yield func(calendar.Listed) bool) {
		for _, e := range items {
			if e == nil || e.Deleted {
				continue
			}
			one := calendar.Listed{Name: e.Summary, ID: e.Id, ReadOnly: e.AccessRole != "owner" &&
				e.AccessRole != "writer"}
			if e.SummaryOverride != "" {
				one.Name = e.SummaryOverride
			}
			if e.Primary {
				one.ID = ""
			}
			if !yield(one) {
				return
			}
		}
	}
}

// lister is the part of the API that lists calendars, with tokens for that alone.
func (c *Calendar) lister() (*api.CalendarListService, error) {
	base, err := baseURL(c.cfg.APIURL)
	if err != nil {
		return nil, err
	}
	creds, err := readCredentials(c.cfg.Credentials, c.cfg.Auth, c.cfg.Log)
	if err != nil {
		return nil, err
	}
	s := &signer{cfg: c.cfg, own: &c.own, creds: &creds, scope: api.CalendarCalendarlistReadonlyScope}
	client := rest.NewClient(c.cfg.HTTP, maxBody, rest.Within(rest.PageTime, c.cfg.Within))
	client.Transport = &oauth.Transport{Base: client.Transport, Tokens: oauth.NewCache(c.cfg.Now, s.token),
		Host: oauth.HostOf(base)}
	service, err := api.NewService(context.Background(), option.WithHTTPClient(client), option.WithEndpoint(base))
	if err != nil {
		return nil, fmt.Errorf("google: %w", err)
	}
	return service.CalendarList, nil
}

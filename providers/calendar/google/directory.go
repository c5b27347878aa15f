package google

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"google.golang.org/api/googleapi"

	"zoomtag/providers/calendar"
	"zoomtag/providers/internal/oauth"
	"zoomtag/providers/internal/rest"
	"zoomtag/providers/words"
)

// DefaultDirectoryURL is where the Directory API of the Admin SDK is.
const DefaultDirectoryURL = "https://admin.googleapis.com/admin/directory/v1/"

// The least scopes that let users, and members of groups, be listed.
const (
	UserScope  = "https://www.googleapis.com/auth/admin.directory.user.readonly"
	GroupScope = "https://www.googleapis.com/auth/admin.directory.group.member.readonly"
)

// DirectoryConfig is what a Directory needs to know.
type DirectoryConfig struct {
	// Domain is whose users are listed: a Workspace may have several. With Group it may be empty, and otherwise leaves
	// out who is of another one.
	Domain string
	// Group is the address of a group whose members are listed instead, and Unit the path of an organisational unit.
	Group, Unit string
	// Credentials is the JSON file of a service account, and Admin the administrator in whose name it asks.
	Credentials, Admin string
	APIURL             string // empty is Google's own
	// HTTP, Within, Now, Wait and Log are those of Config.
	HTTP   http.RoundTripper
	Within time.Duration
	Now    func() time.Time
	Wait   func(ctx context.Context, d time.Duration) error
	Log    *slog.Logger
}

// Directory is the users of a Google Workspace, or those of a group or unit in it, as a calendar.Directory.
type Directory struct {
	cfg   DirectoryConfig
	base  string // with a slash at its end
	http  *http.Client
	retry rest.Backoff
	slow  rest.Patience
}

// NewDirectory makes a Directory. It reads the credentials file, and sends nothing.
func NewDirectory(c DirectoryConfig) (*Directory, error) {
	if c.APIURL == "" {
		c.APIURL = DefaultDirectoryURL
	}
	rest.Fill(&c.Now, &c.Wait, &c.Log)
	base, err := baseURL(c.APIURL)
	if err != nil {
		return nil, err
	}
	creds, err := readCredentials(c.Credentials, ServiceAccount, c.Log)
	if err != nil {
		return nil, err
	}
	cfg := &Config{Auth: ServiceAccount, Credentials: c.Credentials, HTTP: c.HTTP, Within: c.Within,
		Now: c.Now, Log: c.Log}
	s := &signer{cfg: cfg, own: &Own{Subject: c.Admin}, creds: &creds, scope: c.scope()}
	client := rest.NewClient(c.HTTP, rest.BodyLimit, rest.Within(rest.CallTime, c.Within))
	client.Transport = &oauth.Transport{Base: client.Transport, Tokens: oauth.NewCache(c.Now, s.token),
		Host: oauth.HostOf(base)}
	return &Directory{cfg: c, base: base, http: client, retry: rest.Backoff{First: time.Second, Most: 4 * time.Second},
		slow: rest.Patience{First: time.Minute, Most: time.Hour}}, nil
}

// scope is the one that the list takes.
func (c *DirectoryConfig) scope() string {
	if c.Group != "" {
		return GroupScope
	}
	return UserScope
}

// How much of a list is asked for at once: the most that Google gives; and of how many pages there is no end.
const (
	usersPage   = 500
	membersPage = 200
	mostPages   = 2000
)

// directoryUser is what is read of a user.
type directoryUser struct {
	ID        string   `json:"id"`
	Email     string   `json:"primaryEmail"`
	Aliases   []string `json:"aliases"`
	Others    []string `json:"nonEditableAliases"`
	Suspended bool     `json:"suspended"`
	Archived  bool     `json:"archived"`
	Unit      string   `json:"orgUnitPath"`
}

// directoryMember is what is read of a member of a group.
type directoryMember struct {
	ID     string `json:"id"`
	Email  string `json:"email"`
	Type   string `json:"type"`
	Status string `json:"status"`
}

// page is a page of either.
type directoryPage struct {
	Users   []directoryUser   `json:"users"`
	Members []directoryMember `json:"members"`
	Next    string            `json:"nextPageToken"`
}

// Members implements calendar.Directory. Users who are suspended or archived, whose calendars nobody can read, are left
// out; so are groups and people of other organisations that a group has as members.
func (d *Directory) Members(ctx context.Context) (calendar.Roll, error) {
	path, query := d.request()
	var roll calendar.Roll
	seen, whole := map[string]bool{}, false
	for range mostPages {
		page, err := d.page(ctx, path, query)
		if err != nil {
			return calendar.Roll{}, fmt.Errorf("google: list people: %w", err)
		}
		for i := range page.Users {
			d.add(&roll, seen, d.user(&page.Users[i]))
		}
		for i := range page.Members {
			d.add(&roll, seen, d.member(&page.Members[i]))
			if page.Members[i].Type == everybody && !whole {
				whole = true
				roll.Faults = append(roll.Faults, words.Mend(errors.New("the group, or one in it, has the whole "+
					"organisation as a member, and Google does not say who that is"),
					"list the users of the domain instead"))
			}
		}
		if page.Next == "" {
			return roll, nil
		}
		if page.Next == query.Get("pageToken") {
			break
		}
		query.Set("pageToken", page.Next)
	}
	return calendar.Roll{}, errors.New("google: list people: the list does not end")
}

// add adds one who is meant, once: a page may name somebody whom the one before it has named.
func (d *Directory) add(roll *calendar.Roll, seen map[string]bool, m calendar.Member) {
	if m.ID != "" && !seen[m.ID] {
		seen[m.ID] = true
		roll.Members = append(roll.Members, m)
	}
}

// request is what is asked for.
func (d *Directory) request() (path string, query url.Values) {
	if d.cfg.Group != "" {
		return "groups/" + url.PathEscape(d.cfg.Group) + "/members", url.Values{
			"maxResults": {fmt.Sprint(membersPage)}, "includeDerivedMembership": {"true"},
			"fields": {"nextPageToken,members(id,email,type,status)"}}
	}
	query = url.Values{"maxResults": {fmt.Sprint(usersPage)}, "orderBy": {"email"},
		"domain": {d.cfg.Domain}, "projection": {"basic"},
		"fields": {"nextPageToken,users(id,primaryEmail,aliases,nonEditableAliases,suspended,archived,orgUnitPath)"}}
	if d.cfg.Unit != "" {
		query.Set("query", "orgUnitPath='"+strings.ReplaceAll(d.cfg.Unit, "'", `\'`)+"'")
	}
	return "users", query
}

// user is a user as a member; none for one who is not meant.
func (d *Directory) user(u *directoryUser) calendar.Member {
	unit := strings.TrimSuffix(d.cfg.Unit, "/")
	if u.Suspended || u.Archived || u.Email == "" {
		return calendar.Member{}
	}
	if inUnit := u.Unit == unit || strings.HasPrefix(u.Unit, unit+"/"); unit != "" && !inUnit {
		return calendar.Member{}
	}
	return calendar.Member{ID: u.ID, Name: strings.ToLower(u.Email), Subject: u.Email,
		Called: append(u.Aliases, u.Others...)}
}

// everybody is the type of a member that stands for all users of the organisation.
const everybody = "CUSTOMER"

// member is a member of a group as one of the list; none for one who is not meant. Google tells the status of its own
// organisation's users alone (hlavki/g-suite-identity-sync, issue 21).
func (d *Directory) member(m *directoryMember) calendar.Member {
	active := m.Status == "" || m.Status == "ACTIVE"
	if m.Type != "USER" || !active || m.Email == "" {
		return calendar.Member{}
	}
	domain := domainOf(m.Email)
	if d.cfg.Domain != "" && domain != strings.ToLower(d.cfg.Domain) {
		return calendar.Member{}
	}
	if ours := domain == domainOf(d.cfg.Group) || domain == domainOf(d.cfg.Admin); m.Status == "" && !ours {
		return calendar.Member{}
	}
	return calendar.Member{ID: m.ID, Name: strings.ToLower(m.Email), Subject: m.Email}
}

// domainOf is the domain of an address, in small letters.
func domainOf(address string) string {
	_, domain, _ := strings.Cut(address, "@")
	return strings.ToLower(domain)
}

// page asks for a page. It is asked for again after a 5xx or an answer that broke off.
func (d *Directory) page(ctx context.Context, path string, query url.Values) (page directoryPage, err error) {
	err = d.retry.Read(ctx, d.cfg.Wait, rest.IsBroken, func() (err error) {
		page, err = d.once(ctx, path, query)
		return err
	})
	return page, err
}

func (d *Directory) once(ctx context.Context, path string, query url.Values) (page directoryPage, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.base+path+"?"+query.Encode(), http.NoBody)
	if err != nil {
		return page, err
	}
	res, err := rest.Do(d.http, req)
	d.cfg.Log.DebugContext(ctx, "google request", slog.String("call", "list people"), slog.Int("status", res.Status))
	var signIn *oauth.NoTokenError
	switch {
	case errors.As(err, &signIn):
		return page, signIn.Err
	case ctx.Err() != nil:
		return page, ctx.Err()
	case err != nil:
		return page, rest.NewUnreached(oauth.HostOf(d.base), err)
	case rest.KindOf(res.Status) != rest.OK:
		return page, d.refusal(&res)
	}
	if err := json.Unmarshal(res.Body, &page); err != nil {
		return page, &rest.BrokenError{Cause: "the answer cannot be read: " + rest.Snippet(res.Body, 80)}
	}
	d.slow.Reset()
	return page, nil
}

// refusal says what an answer means that says no.
func (d *Directory) refusal(res *rest.Response) error {
	e := &googleapi.Error{Code: res.Status, Header: res.Header, Body: string(res.Body)}
	var body struct {
		Error struct {
			Message string                `json:"message"`
			Errors  []googleapi.ErrorItem `json:"errors"`
			Details []any                 `json:"details"`
		} `json:"error"`
	}
	if json.Unmarshal(res.Body, &body) == nil { // no JSON says nothing but its status
		e.Message, e.Errors, e.Details = body.Error.Message, body.Error.Errors, body.Error.Details
	}
	denied := func(cause, cure string) error {
		return words.Mend(words.Say(calendar.ErrDenied, cause+said(e)), cure)
	}
	switch reason := reasonOf(e); reason {
	case "rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "RATE_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED":
		return d.throttled(e)
	case "insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT":
		return denied("the service account may not ask who there is", "in admin.google.com, Security, API controls, "+
			"Domain-wide delegation, authorise for it exactly this scope: "+d.cfg.scope())
	case "accessNotConfigured", "SERVICE_DISABLED":
		return denied("the Admin SDK API is switched off in this Google Cloud project", "switch it on at "+
			"console.cloud.google.com, APIs & Services, Library")
	}
	switch rest.KindOf(res.Status) {
	case rest.Throttled:
		return d.throttled(e)
	case rest.Unauthorized:
		return &calendar.SignInError{Err: denied("Google does not accept the access token",
			"check that the service account of google.credentials is still there and switched on")}
	case rest.Forbidden:
		return denied(d.cfg.Admin+" may not list people", "name an administrator with the right to read users and "+
			"groups as google.admin")
	case rest.Missing:
		if d.cfg.Group != "" {
			return denied("there is no group "+d.cfg.Group+", or "+d.cfg.Admin+" may not see it", "check google.group")
		}
		return denied("there is no domain "+d.cfg.Domain+" in this Workspace", "check google.domain")
	case rest.Invalid:
		return denied("Google does not accept the request", "check google.domain and google.unit")
	}
	return &rest.BrokenError{Cause: "Google has a problem of its own" + said(e)}
}

func (d *Directory) throttled(e *googleapi.Error) error {
	return &calendar.Throttled{Until: d.slow.Until(e.Header, d.cfg.Now()),
		Err: errors.New("Google has been asked too often who there is" + said(e))}
}

package outlook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/internal/oauth"
	"zoomtag/providers/internal/rest"
	"zoomtag/providers/words"
)

// DirectoryConfig is what a Directory needs to know.
type DirectoryConfig struct {
	// Tenant is the directory, ClientID the app that asks, with the secret or certificate of Config.
	Tenant, ClientID                string
	ClientSecret, ClientCertificate string
	// Group is the object id or the mail address of a group whose members are listed; empty is everybody.
	Group string
	// APIURL and LoginURL are the bases of both; empty is Microsoft's own.
	APIURL, LoginURL string
	// HTTP, Within, Now, Wait and Log are those of Config.
	HTTP   http.RoundTripper
	Within time.Duration
	Now    func() time.Time
	Wait   func(ctx context.Context, d time.Duration) error
	Log    *slog.Logger
}

// Directory is the members of a Microsoft 365 tenant, or of a group in it, as a calendar.Directory. The SDK has
// packages for that as well, of a size that nothing here needs: a list of a few fields is asked for by hand.
type Directory struct {
	cfg   DirectoryConfig
	base  *url.URL // without a slash at its end
	http  *http.Client
	retry rest.Backoff
	slow  rest.Patience
}

// NewDirectory makes a Directory. It reads the certificate, if there is one, and sends nothing.
func NewDirectory(c DirectoryConfig) (*Directory, error) {
	inner := Config{Auth: App, Tenant: c.Tenant, ClientID: c.ClientID, ClientSecret: c.ClientSecret,
		ClientCertificate: c.ClientCertificate, APIURL: c.APIURL, LoginURL: c.LoginURL, HTTP: c.HTTP, Within: c.Within,
		Now: c.Now, Wait: c.Wait, Log: c.Log}
	inner.setDefaults()
	c.APIURL, c.Now = inner.APIURL, inner.Now
	c.Wait, c.Log = inner.Wait, inner.Log
	base, err := rest.CheckURL(c.APIURL)
	if err != nil {
		return nil, fmt.Errorf("outlook: api_url: %w", err)
	}
	tokens, err := inner.tokens(inner.plainClient())
	if err != nil {
		return nil, err
	}
	client := rest.NewClient(c.HTTP, rest.BodyLimit, rest.Within(rest.CallTime, c.Within))
	client.Transport = &oauth.Transport{Base: client.Transport, Tokens: tokens, Host: base.Host}
	return &Directory{cfg: c, base: base, http: client, retry: rest.Backoff{First: time.Second, Most: 4 * time.Second},
		slow: rest.Patience{First: time.Minute, Most: time.Hour}}, nil
}

// How much of the list is asked for at once, the most that Graph gives, and of how many pages there is no end.
const (
	peoplePage = "999"
	mostPages  = 2000
)

// personFields are what is read of a user.
const personFields = "id,userPrincipalName,mail,proxyAddresses,accountEnabled,userType"

// tenantUser is a user of the tenant.
type tenantUser struct {
	ID      string   `json:"id"`
	Name    string   `json:"userPrincipalName"`
	Mail    string   `json:"mail"`
	Proxies []string `json:"proxyAddresses"`
	Enabled *bool    `json:"accountEnabled"`
	Type    string   `json:"userType"`
}

// people is a page of them.
type people struct {
	Value []tenantUser `json:"value"`
	Next  string       `json:"@odata.nextLink"`
}

// Members implements calendar.Directory. Whose account is disabled, guests of other organisations, and users without a
// mail address, who have no mailbox either, are left out.
func (d *Directory) Members(ctx context.Context) (calendar.Roll, error) {
	address, err := d.first(ctx)
	if err != nil {
		return calendar.Roll{}, fmt.Errorf("outlook: list people: %w", err)
	}
	var roll calendar.Roll
	seen, links := map[string]bool{}, map[string]bool{}
	for range mostPages {
		links[address] = true
		var page people
		if err := d.read(ctx, address, &page); err != nil {
			return calendar.Roll{}, fmt.Errorf("outlook: list people: %w", err)
		}
		for i := range page.Value {
			if p := &page.Value[i]; p.isMeant() && !seen[p.ID] {
				seen[p.ID] = true
				roll.Members = append(roll.Members, p.member())
			}
		}
		switch {
		case page.Next == "":
			return roll, nil
		case !d.own(page.Next):
			return calendar.Roll{}, errors.New("outlook: list people: the next page is said to be at another server")
		case links[page.Next]:
			return calendar.Roll{}, errors.New("outlook: list people: the list does not end")
		}
		address = page.Next
	}
	return calendar.Roll{}, errors.New("outlook: list people: the list does not end")
}

// isMeant reports whether somebody has a mailbox that can be watched.
func (p *tenantUser) isMeant() bool {
	enabled := p.Enabled == nil || *p.Enabled
	guest := strings.EqualFold(p.Type, "Guest") || strings.Contains(strings.ToUpper(p.Name), "#EXT#")
	return enabled && !guest && p.ID != "" && p.Name != "" && p.Mail != ""
}

func (p *tenantUser) member() calendar.Member {
	m := calendar.Member{ID: p.ID, Name: strings.ToLower(p.Name), Subject: p.Name, Called: []string{p.ID, p.Mail}}
	for _, proxy := range p.Proxies {
		if kind, address, ok := strings.Cut(proxy, ":"); ok && strings.EqualFold(kind, "smtp") {
			m.Called = append(m.Called, address)
		}
	}
	return m
}

// objectID is the form of ids of groups.
var objectID = regexp.MustCompile(`(?i)^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// first is the address of the first page.
func (d *Directory) first(ctx context.Context) (string, error) {
	query := url.Values{"$select": {personFields}, "$top": {peoplePage}}
	if d.cfg.Group == "" {
		return d.address(query, "users"), nil
	}
	id := d.cfg.Group
	if !objectID.MatchString(id) {
		var err error
		if id, err = d.groupNamed(ctx, id); err != nil {
			return "", err
		}
	}
	query.Set("$count", "true") // without it Graph does not take a cast to users
	return d.address(query, "groups", id, "transitiveMembers", "microsoft.graph.user"), nil
}

// groupNamed is the id of a group with an address.
func (d *Directory) groupNamed(ctx context.Context, mail string) (string, error) {
	var found struct {
		Value []struct {
			ID string `json:"id"`
		} `json:"value"`
	}
	quoted := strings.ReplaceAll(mail, "'", "''")
	query := url.Values{"$select": {"id"}, "$filter": {"mail eq '" + quoted + "'"}}
	if err := d.read(ctx, d.address(query, "groups"), &found); err != nil {
		return "", err
	}
	if len(found.Value) != 1 {
		return "", words.Mend(words.Say(calendar.ErrDenied, fmt.Sprintf("there are %d groups with the address %s",
			len(found.Value), mail)), "check outlook.group, or write the group's object id there")
	}
	return found.Value[0].ID, nil
}

// address is something below the base. Graph wants blanks as %20.
func (d *Directory) address(query url.Values, path ...string) string {
	return d.base.JoinPath(path...).String() + "?" + strings.ReplaceAll(query.Encode(), "+", "%20")
}

// own reports whether a link leads to where tokens may go.
func (d *Directory) own(link string) bool {
	u, err := url.Parse(link)
	return err == nil && u.Scheme == d.base.Scheme && u.Host == d.base.Host
}

// read asks for something. It is asked for again after a 5xx or an answer that broke off.
func (d *Directory) read(ctx context.Context, address string, into any) error {
	return d.retry.Read(ctx, d.cfg.Wait, rest.IsBroken, func() error { return d.once(ctx, address, into) })
}

func (d *Directory) once(ctx context.Context, address string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return err
	}
	req.Header.Set("Consistencylevel", "eventual")
	res, err := rest.Do(d.http, req)
	d.cfg.Log.DebugContext(ctx, "outlook request", slog.String("call", "list people"), slog.Int("status", res.Status))
	var token *oauth.NoTokenError
	switch {
	case errors.As(err, &token):
		return token.Err
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return rest.NewUnreached(d.base.Host, err)
	case rest.KindOf(res.Status) != rest.OK:
		return d.refusal(&res)
	}
	if err := json.Unmarshal(res.Body, into); err != nil {
		return &rest.BrokenError{Cause: "the answer cannot be read: " + rest.Snippet(res.Body, 80)}
	}
	d.slow.Reset()
	return nil
}

// refusal says what an answer means that says no.
func (d *Directory) refusal(res *rest.Response) error {
	answer := &kept{status: res.Status, header: res.Header, body: res.Body}
	var body graphError
	_ = json.Unmarshal(res.Body, &body) // no JSON leaves it empty, which the status makes up for
	said := inBrackets(answer, &body)
	denied := func(cause, cure string) error { return words.Mend(words.Say(calendar.ErrDenied, cause+said), cure) }
	switch rest.KindOf(res.Status) {
	case rest.Throttled:
		return &calendar.Throttled{Until: d.slow.Until(res.Header, d.cfg.Now()),
			Err: errors.New("Microsoft has been asked too often who there is" + said)}
	case rest.Unauthorized:
		return &calendar.SignInError{Err: denied("Microsoft does not accept the access token", "is the app still there, "+
			"and does it belong to this tenant?")}
	case rest.Forbidden:
		return denied("the app may not ask who there is", "it needs the application permission "+d.permissions()+
			", with an administrator's consent")
	case rest.Missing:
		if d.cfg.Group == "" {
			return denied("there is nobody in the tenant "+d.cfg.Tenant, "check outlook.tenant")
		}
		return denied("there is no group "+d.cfg.Group+" in this tenant", "check outlook.group")
	case rest.Invalid:
		return denied("Microsoft does not accept the request", "check outlook.group")
	}
	return &rest.BrokenError{Cause: "Microsoft has a problem of its own" + said}
}

// permissions are those that the list takes.
func (d *Directory) permissions() string {
	if d.cfg.Group == "" {
		return "User.Read.All"
	}
	return "User.Read.All and GroupMember.Read.All"
}

package outlooktest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/url"
	"strings"
	"testing"
	"time"
)

// form posts to the token endpoint, or to another of the tenant's.
func (b *bench) form(status int, code, number, endpoint string, fields ...string) JSON {
	b.Helper()
	form := url.Values{"client_id": {b.ClientID()}}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	got := b.want("POST", b.LoginURL()+"/"+endpoint, form.Encode(), status, code, "Content-Type",
		"application/x-www-form-urlencoded")
	if text, _ := got.Body["error_description"].(string); number != "" &&
		!strings.HasPrefix(text, "AADSTS"+number+": ") {
		b.Errorf("%s, want AADSTS%s", text, number)
	}
	return got.Body
}

func (b *bench) tokenEndpoint() string { return b.Tenant() + "/oauth2/v2.0/token" }

// as uses the access token of an answer from now on.
func (b *bench) as(body JSON) {
	b.token, _ = body["access_token"].(string)
}

const graphDefault = "https://graph.microsoft.com/.default"

func TestClientCredentials(t *testing.T) {
	b := newBench(t, Options{TokenLife: time.Hour})
	b.AddMailbox("carol@example.com")
	secret := []string{"grant_type", "client_credentials", "client_secret", b.ClientSecret(), "scope", graphDefault}
	got := b.form(200, "", "", b.tokenEndpoint(), secret...)
	if got["token_type"] != "Bearer" || got["expires_in"] != 3600.0 || got["refresh_token"] != nil {
		t.Errorf("%v", got)
	}
	b.as(got)
	b.want("GET", "users/carol@example.com/events", "", 200, "")
	b.want("GET", "me/events", "", 400, "BadRequest")
	b.complained("/me with a token")
	b.Confine(Account)
	b.want("GET", "users/carol@example.com/events", "", 403, "ErrorAccessDenied")
	b.want("GET", "users/"+Account+"/events", "", 200, "")
	b.now = b.now.Add(time.Hour)
	b.want("GET", "users/"+Account+"/events", "", 401, "InvalidAuthenticationToken")

	b.form(401, "invalid_client", "7000215", b.tokenEndpoint(), append(secret, "client_secret", "wrong")...)
	b.form(401, "invalid_client", "7000218", b.tokenEndpoint(), append(secret, "client_secret", "")...)
	b.form(400, "unauthorized_client", "700016", b.tokenEndpoint(), append(secret, "client_id", "x")...)
	b.form(400, "invalid_scope", "1002012", b.tokenEndpoint(), append(secret, "scope", "Calendars.ReadWrite")...)
	b.form(400, "invalid_request", "90002", "nowhere/oauth2/v2.0/token", secret...)
	b.form(400, "invalid_request", "9002332", "common/oauth2/v2.0/token", secret...)
	b.form(400, "unsupported_grant_type", "70003", b.tokenEndpoint(), "grant_type", "password")
	b.clean()
	b.as(b.form(200, "", "", b.tokenEndpoint(), append(secret, "scope", "https://vault.azure.net/.default")...))
	b.want("GET", "users/"+Account+"/events", "", 401, "InvalidAuthenticationToken")
	b.complained("another resource")
	b.want("GET", "users/"+Account+"/events", "", 401, "InvalidAuthenticationToken", "Authorization", "")
	b.complained("without an access token")
}

// certificate is a key and a certificate of it.
func certificate(t *testing.T) (*rsa.PrivateKey, *x509.Certificate) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "zoomtag"},
		NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return key, cert
}

// assertion signs claims.
func assertion(t *testing.T, key *rsa.PrivateKey, header, claims JSON) string {
	t.Helper()
	var parts []string
	for _, v := range []JSON{header, claims} {
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, base64.RawURLEncoding.EncodeToString(raw))
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, ".")))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if header["alg"] == "PS256" {
		signature, err = rsa.SignPSS(rand.Reader, key, crypto.SHA256, sum[:], nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(append(parts, base64.RawURLEncoding.EncodeToString(signature)), ".")
}

func TestCertificates(t *testing.T) {
	b := newBench(t, Options{})
	key, cert := certificate(t)
	thumb := sha1.Sum(cert.Raw)
	x5t := base64.RawURLEncoding.EncodeToString(thumb[:])
	good := func() JSON {
		return JSON{
			"aud": b.LoginURL() + "/" + b.tokenEndpoint(), "iss": b.ClientID(), "sub": b.ClientID(),
			"jti": guid(t.Name() + time.Now().String()),
			"nbf": b.now.Unix(), "exp": b.now.Add(10 * time.Minute).Unix(),
		}
	}
	ask := func(status int, number string, header, claims JSON) {
		t.Helper()
		code := map[int]string{200: "", 401: "invalid_client"}[status]
		b.form(status, code, number, b.tokenEndpoint(), "grant_type", "client_credentials", "scope", graphDefault,
			"client_assertion_type", assertionType, "client_assertion", assertion(t, key, header, claims))
	}
	ask(401, "700027", JSON{"alg": "RS256", "x5t": x5t}, good())
	b.RegisterCertificate(cert)
	ask(200, "", JSON{"alg": "RS256", "x5t": x5t}, good())
	two := sha256.Sum256(cert.Raw)
	ask(200, "", JSON{"alg": "PS256", "x5t#S256": base64.RawURLEncoding.EncodeToString(two[:])}, good())
	ask(401, "700027", JSON{"alg": "RS256"}, good())
	ask(401, "700027", JSON{"alg": "none", "x5t": x5t}, good())
	for name, test := range map[string]struct {
		value  any
		number string
	}{"aud": {"https://login.microsoftonline.com/x", "700023"}, "iss": {"x", "700021"}, "sub": {"x", "700021"},
		"exp": {b.now.Add(-time.Hour).Unix(), "700024"}} {
		c := good()
		c[name] = test.value
		ask(401, test.number, JSON{"alg": "RS256", "x5t": x5t}, c)
	}
	b.clean()
	c := good()
	ask(200, "", JSON{"alg": "RS256", "x5t": x5t}, c)
	ask(200, "", JSON{"alg": "RS256", "x5t": x5t}, c)
	b.complained("id of its own")
	other, _ := certificate(t)
	key = other
	ask(401, "700027", JSON{"alg": "RS256", "x5t": x5t}, good())
}

func TestRefreshTokens(t *testing.T) {
	for _, rotate := range []bool{false, true} {
		b := newBench(t, Options{RotateRefresh: rotate})
		old := b.Grant("Calendars.ReadWrite", "offline_access")
		refresh := func(token string) []string {
			return []string{"grant_type", "refresh_token", "refresh_token", token}
		}
		got := b.form(200, "", "", b.tokenEndpoint(), refresh(old)...)
		renewed, _ := got["refresh_token"].(string)
		if renewed == "" || renewed == old || got["scope"] != graphScope+"Calendars.ReadWrite" {
			t.Errorf("%v", got)
		}
		b.as(got)
		b.want("GET", "me/events", "", 200, "")
		if rotate {
			b.form(400, "invalid_grant", "70000", b.tokenEndpoint(), refresh(old)...)
		} else {
			b.form(200, "", "", b.tokenEndpoint(), refresh(old)...)
		}
		b.form(400, "invalid_grant", "65001", b.tokenEndpoint(), append(refresh(renewed), "scope", "Mail.Read")...)
		b.form(401, "invalid_client", "700025", b.tokenEndpoint(), append(refresh(renewed), "client_secret",
			b.ClientSecret())...)
		b.form(400, "invalid_grant", "9002313", b.tokenEndpoint(), refresh("strange")...)
		b.ExpireRefresh(renewed)
		b.form(400, "invalid_grant", "700082", b.tokenEndpoint(), refresh(renewed)...)
		b.Revoke(renewed)
		b.form(400, "invalid_grant", "50173", b.tokenEndpoint(), refresh(renewed)...)
		b.want("GET", "me/events", "", 401, "InvalidAuthenticationToken")
		b.clean()
		if n := len(b.TokenRequests()); n != 7 {
			t.Errorf("%d requests for tokens", n)
		}
	}
}

func TestScopes(t *testing.T) {
	b := newBench(t, Options{})
	b.Put("", timed("a", "A", "10:00", "11:00"))
	b.token = b.Token("https://graph.microsoft.com/Calendars.Read")
	b.want("GET", "me/events", "", 200, "")
	b.want("PATCH", "me/events/a", `{"subject":"x"}`, 403, "ErrorAccessDenied", "If-Match", "*")
	b.want("GET", "me", "", 403, "ErrorAccessDenied", "Prefer", "")
	b.token = b.Token("User.Read")
	b.want("GET", "me/events", "", 403, "ErrorAccessDenied")
	if me := b.get("me?$select=mail,userPrincipalName", "Prefer", ""); me["mail"] != Account {
		t.Errorf("%v", me)
	}
	b.KillTokens()
	b.want("GET", "me", "", 401, "InvalidAuthenticationToken", "Prefer", "")
	b.clean()
}

func TestSharedCalendars(t *testing.T) {
	b := newBench(t, Options{})
	b.AddMailbox("carol@example.com")
	team := b.AddCalendar("carol@example.com", "Team")
	b.Put(team, timed("a", "A", "10:00", "11:00"))
	b.Put("carol@example.com", timed("private", "P", "10:00", "11:00"))
	path := "users/carol@example.com/calendars/" + team + "/events"
	b.want("GET", path, "", 403, "ErrorAccessDenied")
	b.token = b.Token("Calendars.ReadWrite", "Calendars.ReadWrite.Shared")
	b.want("GET", path, "", 403, "ErrorAccessDenied")
	b.Share(team, Account, "read")
	if got := b.get(path); ids(got) != "a" {
		t.Errorf("%v", got)
	}
	b.want("GET", "users/carol@example.com/calendar/events", "", 403, "ErrorAccessDenied")
	b.want("GET", "users/carol@example.com/events/private", "", 403, "ErrorAccessDenied")
	b.want("PATCH", path+"/a", `{"subject":"x"}`, 403, "ErrorAccessDenied", "If-Match", "*")
	list := b.get("me/calendars")
	if got := values(list, "name"); got != "Calendar Team" || list["value"].([]any)[1].(JSON)["canEdit"] != false {
		t.Errorf("%v", list)
	}
	if got := values(b.get("users/carol@example.com/calendars"), "name"); got != "Team" {
		t.Errorf("%v", got)
	}
	secret := timed("secret", "Secret", "10:00", "11:00")
	secret["sensitivity"], secret["body"] = "private", JSON{"contentType": "text", "content": "#zoom"}
	b.Put(team, secret)
	if got := b.get(path + "/secret"); got["subject"] != "Private appointment" || got["bodyPreview"] != "" ||
		got["body"].(JSON)["content"] != "" {
		t.Errorf("%v", got)
	}
	b.Put("", JSON{"id": "own", "subject": "Own", "sensitivity": "private"})
	if got := b.get("me/events/own"); got["subject"] != "Own" {
		t.Errorf("%v", got)
	}
	b.Share(team, Account, "write")
	b.want("PATCH", "me/calendars/"+team+"/events/a", `{"subject":"x"}`, 200, "", "If-Match", "*")
	b.Share(team, Account, "none")
	b.want("GET", "me/calendars/"+team, "", 404, "ErrorItemNotFound")
	b.clean()
}

func TestDeviceCode(t *testing.T) {
	b := newBench(t, Options{SlowDown: true})
	begin := func() (device, user string) {
		t.Helper()
		got := b.form(200, "", "", "organizations/oauth2/v2.0/devicecode", "scope",
			"offline_access Calendars.ReadWrite")
		if got["verification_uri_complete"] != nil || got["interval"] != 5.0 || got["expires_in"] != 900.0 {
			t.Errorf("%v", got)
		}
		return got["device_code"].(string), got["user_code"].(string)
	}
	ask := func(device string) []string {
		return []string{"grant_type", "urn:ietf:params:oauth:grant-type:device_code", "device_code", device}
	}
	device, user := begin()
	b.form(400, "authorization_pending", "70016", b.tokenEndpoint(), ask(device)...)
	b.form(400, "slow_down", "70017", b.tokenEndpoint(), ask(device)...)
	if b.Approve("WRONG") || !b.Approve(user) {
		t.Error("approval")
	}
	b.now = b.now.Add(5 * time.Second)
	got := b.form(200, "", "", b.tokenEndpoint(), ask(device)...)
	b.as(got)
	b.want("GET", "me/events", "", 200, "")
	if got["refresh_token"] == nil {
		t.Errorf("%v", got)
	}
	b.form(400, "bad_verification_code", "", b.tokenEndpoint(), ask(device)...)
	device, user = begin()
	b.Decline(user)
	b.form(400, "authorization_declined", "", b.tokenEndpoint(), ask(device)...)
	device, user = begin()
	b.now = b.now.Add(deviceLife)
	b.form(400, "expired_token", "70020", b.tokenEndpoint(), ask(device)...)
	if b.Approve(user) {
		t.Error("an expired code was approved")
	}
	b.form(400, "invalid_scope", "70011", "organizations/oauth2/v2.0/devicecode", "scope", "nonsense")
	b.clean()
}

// signIn opens the sign-in page and returns what the browser brings back.
func (b *bench) signIn(q url.Values) url.Values {
	b.Helper()
	got := b.want("GET", b.LoginURL()+"/common/oauth2/v2.0/authorize?"+q.Encode(), "", 302, "")
	back, err := url.Parse(got.Header.Get("Location"))
	if err != nil || back.Host != "localhost:4711" {
		b.Fatalf("sent back to %s, %v", got.Header.Get("Location"), err)
	}
	return back.Query()
}

func TestAuthorizationCode(t *testing.T) {
	b := newBench(t, Options{})
	sum := sha256.Sum256([]byte("verifier"))
	q := url.Values{
		"client_id": {b.ClientID()}, "response_type": {"code"}, "redirect_uri": {"http://localhost:4711/"},
		"state":          {"s"},
		"scope":          {"offline_access Calendars.ReadWrite"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
	}
	exchange := func(code string) []string {
		return []string{"grant_type", "authorization_code", "code", code, "redirect_uri", "http://localhost:4711/",
			"code_verifier", "verifier"}
	}
	back := b.signIn(q)
	code := back.Get("code")
	if back.Get("state") != "s" {
		t.Errorf("%v", back)
	}
	b.form(400, "invalid_grant", "501481", b.tokenEndpoint(), append(exchange(code), "code_verifier", "x")...)
	b.form(400, "invalid_client", "500112", b.tokenEndpoint(),
		append(exchange(code), "redirect_uri", "http://localhost:4712/")...)
	got := b.form(200, "", "", b.tokenEndpoint(), exchange(code)...)
	b.as(got)
	b.want("GET", "me/events", "", 200, "")
	b.form(400, "invalid_grant", "54005", b.tokenEndpoint(), exchange(code)...)
	code = b.signIn(q).Get("code")
	b.now = b.now.Add(time.Hour)
	b.form(400, "invalid_grant", "70008", b.tokenEndpoint(), exchange(code)...)
	b.Consent(func([]string) []string { return nil })
	if back := b.signIn(q); back.Get("error") != "access_denied" || back.Get("code") != "" {
		t.Errorf("%v", back)
	}
	b.clean()
	for name, v := range map[string]string{
		"redirect_uri": "http://127.0.0.1:4711/", "client_id": "x", "code_challenge_method": "plain",
		"response_type": "token", "scope": "",
	} {
		wrong := url.Values{}
		for k := range q {
			wrong.Set(k, q.Get(k))
		}
		wrong.Set(name, v)
		if got := b.do("GET", b.LoginURL()+"/common/oauth2/v2.0/authorize?"+wrong.Encode(), ""); got.Status != 400 ||
			!strings.Contains(got.Raw, "AADSTS") {
			t.Errorf("%s=%s: %d %s", name, v, got.Status, got.Raw)
		}
		b.complained("")
	}
}

func TestPersonalAccounts(t *testing.T) {
	b := newBench(t, Options{PersonalAccount: true})
	got := b.form(200, "", "", "consumers/oauth2/v2.0/devicecode", "scope", "offline_access Calendars.ReadWrite")
	b.Approve(got["user_code"].(string))
	got = b.form(200, "", "", "common/oauth2/v2.0/token", "grant_type", "device_code", "device_code",
		got["device_code"].(string))
	b.as(got)
	if strings.Contains(b.token, ".") || got["scope"] != "Calendars.ReadWrite" {
		t.Errorf("%v", got)
	}
	b.want("GET", "me/events", "", 200, "")
	b.form(400, "invalid_request", "90002", "organizations/oauth2/v2.0/devicecode", "scope", "Calendars.ReadWrite")
	b.form(400, "invalid_request", "9002332", b.tokenEndpoint(), "grant_type", "client_credentials", "client_secret",
		b.ClientSecret(), "scope", graphDefault)
	b.form(400, "invalid_scope", "70011", "consumers/oauth2/v2.0/devicecode", "scope", "Calendars.ReadWrite.Shared")
	b.clean()
}

func TestBrokenTokens(t *testing.T) {
	b := newBench(t, Options{})
	b.Break(OAuthError(400, "invalid_grant", "AADSTS53003: Access has been blocked by Conditional Access policies."))
	b.form(400, "invalid_grant", "53003", b.tokenEndpoint(), "grant_type", "refresh_token", "refresh_token",
		b.Grant("Calendars.ReadWrite"))
	b.want("GET", "me/events", "", 200, "")
	b.Mend()
	b.Break(Fault{Match: Tokens, Half: true})
	if got := b.do("POST", b.LoginURL()+"/"+b.tokenEndpoint(), "client_id="+b.ClientID()); got.Err == nil {
		t.Errorf("%+v", got)
	}
	if got := b.TokenRequests(); len(got) != 2 || got[0].Body["grant_type"] != "refresh_token" {
		t.Errorf("%+v", got)
	}
}

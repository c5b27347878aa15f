package examine

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zoomtag/sync/doctor"
)

// authority makes certificates in the name of an organisation.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T, organisation string) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{Organization: []string{organisation}},
		NotBefore: time.Now().Add(-time.Hour),
		NotAfter:  time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return &authority{cert, key}
}

// server serves on loopback with a certificate for a name.
func (a *authority) server(t *testing.T, name string, handler http.Handler) *httptest.Server {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(2), DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	raw, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(handler)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{raw}, PrivateKey: key}}}
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func (a *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

// loopback is a Prober for which all names lead to one server, and no proxy is set.
func loopback(roots *x509.CertPool, server string) *Prober {
	p := NewProber(time.Now, 0)
	p.roots, p.proxy = roots, func(*http.Request) (*url.URL, error) { return nil, nil }
	p.lookup = func(context.Context, string) ([]string, error) { return []string{"127.0.0.1"}, nil }
	p.dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, server)
	}
	return p
}

const joinHost = "us02web.zoom.us"

func TestProbeCertificates(t *testing.T) {
	digicert, zscaler := newAuthority(t, "DigiCert Inc"), newAuthority(t, "Zscaler Inc.")
	asked := ""
	ok := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked = r.Method + " " + r.Host + r.URL.String()
		if len(r.Header.Get("Authorization")) > 0 {
			t.Error("a credential was sent")
		}
	})
	for _, tt := range []struct {
		name string
		by   *authority
		root *authority
		host string
		want []string
		says string
	}{
		{"well", digicert, digicert, joinHost, nil, ""},
		{"intercepted, and trusted here", zscaler, zscaler, joinHost, []string{doctor.Intercepted}, "Zscaler"},
		{"intercepted, and not trusted here", zscaler, digicert, joinHost, []string{doctor.Untrusted}, "intercepts"},
		{"another name", digicert, digicert, "example.com", []string{doctor.Untrusted}, "example.com"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			server := tt.by.server(t, tt.host, ok)
			p := loopback(tt.root.pool(), server.Listener.Addr().String())
			facts := p.Look(t.Context(), []Target{{"https://" + joinHost + "/", "joining"}}, nil, false)
			findings, _ := doctor.JudgeNetwork(facts)
			if len(findings) != len(tt.want) || len(findings) > 0 &&
				(findings[0].Code != tt.want[0] || !strings.Contains(findings[0].What, tt.says)) {
				t.Errorf("%+v from %+v", findings, facts)
			}
			if asked != "HEAD "+joinHost+"/" {
				t.Errorf("it asked %q", asked)
			}
		})
	}
}

// TestProbeProxyProves: a proxy that cannot prove who it is does not get the credentials that are in its address.
func TestProbeProxyProves(t *testing.T) {
	trusted, other := newAuthority(t, "DigiCert Inc"), newAuthority(t, "Somebody")
	for name, by := range map[string]*authority{"proxy": trusted, "impostor": other} {
		given := make(chan string, 1)
		server := by.server(t, "proxy.example.com", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			given <- r.Header.Get("Proxy-Authorization")
			w.WriteHeader(http.StatusForbidden)
		}))
		p := loopback(trusted.pool(), server.Listener.Addr().String())
		p.proxy = func(*http.Request) (*url.URL, error) { return url.Parse("https://user:pass@proxy.example.com:3128") }
		f := p.Look(t.Context(), []Target{{"https://" + joinHost + "/", "joining"}},
			[]string{joinHost + ":8801"}, false)
		got := ""
		select {
		case got = <-given:
		default:
		}
		if f.Probes[0].Error == "" || (got != "") != (name == "proxy") || len(f.Media) > 0 {
			t.Errorf("%s: it got %q; %+v", name, got, f)
		}
	}
}

func TestProbeFailures(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := closed.Addr().String()
	closed.Close()
	p := loopback(nil, nobody)
	list := []Target{{"https://" + joinHost + "/", "joining"}}
	if f := p.Look(t.Context(), list, []string{joinHost + ":8801"},
		true); f.Probes[0].Error != "connect: connection refused" || f.Media[0].Error != "" || f.StatusError == "" {
		t.Errorf("nobody there, though the way is free: %+v", f)
	}
	p.lookup = func(context.Context, string) ([]string, error) {
		return nil, &net.DNSError{Err: "no such host", Name: joinHost, IsNotFound: true}
	}
	if f := p.Look(t.Context(), list, nil, false); f.Probes[0].NameError != "no such host" {
		t.Errorf("no name: %+v", f)
	}
	p.lookup = func(ctx context.Context, _ string) ([]string, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if f := p.Look(ctx, list, nil, false); f.Probes[0].NameError != "no answer in time" {
		t.Errorf("no answer: %+v", f)
	}
	p.proxy = func(*http.Request) (*url.URL, error) { return nil, errors.New("bad") }
	if f := p.Look(t.Context(), list, nil, false); f.Probes[0].Error != "the proxy's address is wrong" {
		t.Errorf("no proxy: %+v", f)
	}
}

// TestProbeProxy: all goes through the proxy, the names as well; one that forbids it is named.
func TestProbeProxy(t *testing.T) {
	digicert := newAuthority(t, "DigiCert Inc")
	server := digicert.server(t, joinHost, http.NotFoundHandler())
	var connected []string
	allow := true
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		connected = append(connected, r.Method+" "+r.Host)
		if !allow {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		there, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Error(err)
			return
		}
		defer there.Close()
		here, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer here.Close()
		fmt.Fprint(here, "HTTP/1.1 200 OK\r\n\r\n")
		go func() { _, _ = io.Copy(there, here) }()
		_, _ = io.Copy(here, there)
	}))
	defer proxy.Close()
	address, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	address.User = url.UserPassword("me", "secret")
	p := loopback(digicert.pool(), proxy.Listener.Addr().String())
	p.proxy = func(*http.Request) (*url.URL, error) { return address, nil }
	p.lookup = func(context.Context, string) ([]string, error) { return nil, errors.New("names are the proxy's") }
	list := []Target{{"https://" + joinHost + "/", "joining"}}
	facts := p.Look(t.Context(), list, nil, false)
	findings, well := doctor.JudgeNetwork(facts)
	if len(findings) != 1 || findings[0].Code != doctor.ThroughProxy || len(well) != 1 ||
		!strings.Contains(well[0], "DigiCert") || strings.Contains(fmt.Sprint(facts), "secret") ||
		connected[0] != "CONNECT "+joinHost+":443" {
		t.Errorf("%+v, well %q, %q", findings, well, connected)
	}
	allow = false
	findings, _ = doctor.JudgeNetwork(p.Look(t.Context(), list, nil, false))
	if len(findings) != 2 || findings[1].Code != doctor.NoConnection ||
		!strings.Contains(findings[1].What, "Forbidden") || strings.Contains(fmt.Sprint(findings), "secret") {
		t.Errorf("forbidden: %+v", findings)
	}
}

func TestProbeStatusAndPorts(t *testing.T) {
	digicert := newAuthority(t, "DigiCert Inc")
	page := `{"page":{"name":"Zoom"},"status":{"indicator":"major","description":"Partial System Outage"}}`
	server := digicert.server(t, "www.zoomstatus.com", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/v2/status.json" {
			t.Errorf("it asked for %s", r.URL)
		}
		_, _ = io.WriteString(w, page)
	}))
	p := loopback(digicert.pool(), server.Listener.Addr().String())
	f := p.Look(t.Context(), nil, []string{joinHost + ":8801", joinHost + ":8802"}, true)
	if f.Status != "major" || f.Says != "Partial System Outage" || f.StatusError != "" || f.Media[0].Error+
		f.Media[1].Error != "" {
		t.Errorf("%+v", f)
	}
	page = "<html>"
	if f := p.Look(t.Context(), nil, nil, true); f.StatusError == "" {
		t.Errorf("a page that is none: %+v", f)
	}
}

func TestTargets(t *testing.T) {
	list, outside := targets([]string{"https://api.zoom.us/v2", "https://zoom.us/oauth"},
		[]string{"us02web.zoom.us", "zoom.us"})
	if !outside || len(list) != 3 || list[0].URL != "https://api.zoom.us/" ||
		list[2].URL != "https://us02web.zoom.us/" {
		t.Errorf("%+v, %t", list, outside)
	}
	if list, outside = targets([]string{"http://127.0.0.1:80/v2", "http://127.0.0.1:80/oauth"},
		[]string{"us02web.zoom.us"}); outside || len(list) != 1 {
		t.Errorf("an emulator's: %+v, %t", list, outside)
	}
}

// TestCertificateEnd: when a certificate ends is read from its file.
func TestCertificateEnd(t *testing.T) {
	ca := newAuthority(t, "Example")
	path := filepath.Join(t.TempDir(), "app.pem")
	text := append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte{1}}),
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca.cert.Raw})...)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if end := CertificateEnd(path); !end.Equal(ca.cert.NotAfter) {
		t.Errorf("it ends %s", end)
	}
	if end := CertificateEnd(path + ".none"); !end.IsZero() {
		t.Errorf("what is not there ends %s", end)
	}
}

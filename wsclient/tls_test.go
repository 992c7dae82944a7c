package wsclient

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// serveTLS starts a TLS server with httptest's certificate, which is for
// example.com and 127.0.0.1, and returns its URL and a pool that trusts it.
func serveTLS(t *testing.T, config *tls.Config, handler http.HandlerFunc) (url string, trust *x509.CertPool) {
	t.Helper()
	s := httptest.NewUnstartedServer(handler)
	s.TLS = config
	s.Config.ErrorLog = discardLog()
	s.StartTLS()
	t.Cleanup(s.Close)
	trust = x509.NewCertPool()
	trust.AddCert(s.Certificate())
	return wsURL(s), trust
}

// testCertificate returns httptest's certificate with its key.
func testCertificate() tls.Certificate {
	s := httptest.NewUnstartedServer(nil)
	s.StartTLS()
	defer s.Close()
	return s.TLS.Certificates[0]
}

func TestOpenTLS(t *testing.T) {
	url, trust := serveTLS(t, nil, gorillaEcho)
	tr := open(t, &Dialer{Upgrade: mustPrepare(t, Request{Target: mustTarget(t, url)}), TLS: &tls.Config{RootCAs: trust}})
	state := tr.Conn.(*tls.Conn).ConnectionState()
	if state.NegotiatedProtocol != "http/1.1" || len(state.VerifiedChains) == 0 {
		t.Errorf("got ALPN %q and %d verified chains, want http/1.1 and some", state.NegotiatedProtocol, len(state.VerifiedChains))
	}
	if tr.Timings.TLS <= 0 {
		t.Errorf("got timings %+v, want one for TLS", tr.Timings)
	}
}

func TestOpenTLSVerifies(t *testing.T) {
	url, trust := serveTLS(t, nil, gorillaEcho)
	needsClient, _ := serveTLS(t, &tls.Config{ClientAuth: tls.RequireAnyClientCert}, gorillaEcho)
	old, _ := serveTLS(t, &tls.Config{MaxVersion: tls.VersionTLS12}, gorillaEcho)
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{testCertificate()}, NextProtos: []string{"other"}})
	if err != nil {
		t.Fatal(err)
	}
	other := "wss://" + serveOn(t, l, func(c net.Conn) { c.(*tls.Conn).Handshake() }) + "/"
	plain := strings.Replace(serve(t, gorillaEcho), "ws:", "wss:", 1)
	for _, tt := range []struct {
		name   string
		url    string
		config *tls.Config
		want   string // in the error; "" for none
	}{
		{"default", url, nil, "x509: certificate signed by unknown authority"},
		{"wrong name", url, &tls.Config{RootCAs: trust, ServerName: "other.example"}, "x509: certificate is valid for example.com"},
		{"server name", url, &tls.Config{RootCAs: trust, ServerName: "example.com"}, ""},
		{"insecure", url, &tls.Config{InsecureSkipVerify: true}, ""},
		{"no client certificate", needsClient, &tls.Config{RootCAs: trust, MaxVersion: tls.VersionTLS12}, "remote error: tls:"},
		{"minimum version", old, &tls.Config{RootCAs: trust, MinVersion: tls.VersionTLS13}, "protocol version not supported"},
		{"server of another protocol", other, &tls.Config{RootCAs: trust}, "no application protocol"},
		{"server without TLS", plain, nil, "plain HTTP: did you mean ws://?"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := &Dialer{Upgrade: mustPrepare(t, Request{Target: mustTarget(t, tt.url)}), TLS: tt.config}
			if tt.want == "" {
				open(t, d)
				return
			}
			_, err := d.Open(within(t))
			var stage *OpenError
			if !errors.As(err, &stage) || stage.Stage != StageTLS || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want stage tls and %q", err, tt.want)
			}
		})
	}
}

func TestOpenTLSServerByPlainURL(t *testing.T) {
	url, _ := serveTLS(t, nil, gorillaEcho)
	d := &Dialer{Upgrade: mustPrepare(t, Request{Target: mustTarget(t, strings.Replace(url, "wss:", "ws:", 1))})}
	_, err := d.Open(within(t))
	if err == nil || !strings.Contains(err.Error(), "did you mean wss://?") {
		t.Errorf("got %v, want a hint at wss://", err)
	}
}

func TestOpenTLSClientCertificate(t *testing.T) {
	certificate := testCertificate() // serves as the client's as well
	var got []*x509.Certificate
	url, trust := serveTLS(t, &tls.Config{ClientAuth: tls.RequireAnyClientCert}, func(w http.ResponseWriter, r *http.Request) {
		got = r.TLS.PeerCertificates
		coderEcho(w, r)
	})
	config := &tls.Config{RootCAs: trust, Certificates: []tls.Certificate{certificate}}
	open(t, &Dialer{Upgrade: mustPrepare(t, Request{Target: mustTarget(t, url)}), TLS: config})
	if len(got) != 1 || !bytes.Equal(got[0].Raw, certificate.Certificate[0]) {
		t.Errorf("the server got %d certificates, want the client's one", len(got))
	}
	if config.NextProtos != nil || config.ServerName != "" {
		t.Error("Open changed the caller's tls.Config")
	}
}

//go:build integration

package peers

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// nginxConf takes the port, the server behind it, and the folder for all that
// nginx writes.
const nginxConf = `daemon off;
master_process off;
pid %[3]s/nginx.pid;
error_log stderr error;
events { worker_connections 4096; }
http {
	access_log off;
	client_body_temp_path %[3]s/body;
	proxy_temp_path %[3]s/proxy;
	fastcgi_temp_path %[3]s/fastcgi;
	uwsgi_temp_path %[3]s/uwsgi;
	scgi_temp_path %[3]s/scgi;
	server {
		listen 127.0.0.1:%[1]d ssl backlog=1024;
		server_name localhost;
		ssl_certificate %[3]s/cert.pem;
		ssl_certificate_key %[3]s/key.pem;
		location / {
			proxy_pass http://%[2]s;
			proxy_http_version 1.1;
			proxy_set_header Host $http_host;
			proxy_set_header Upgrade $http_upgrade;
			proxy_set_header Connection "upgrade";
		}
	}
}
`

// nginxRun is a shell around nginx: it says the port and the version once the
// port accepts, and ends nginx with its own input, as the other servers end.
const nginxRun = `"$1" -e stderr -p "$3" -c "$3/nginx.conf" &
until kill -0 $! && (exec 3<>"/dev/tcp/127.0.0.1/$2"); do sleep 0.05; done 2>"$3/wait.log"
echo "$2" "$("$1" -v 2>&1 | sed 's,.*nginx/,,')"
cat >/dev/null
kill $!
wait $!
`

// startNginx runs nginx in front of backend with a fresh certificate.
func startNginx(t *testing.T, backend process) process {
	t.Helper()
	nginx, err := nginxBinary()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	writeCertificate(t, dir)
	port := freePort(t)
	u, err := url.Parse(backend.url)
	if err != nil {
		t.Fatal(err)
	}
	conf := fmt.Sprintf(nginxConf, port, u.Host, dir)
	if err := os.WriteFile(filepath.Join(dir, "nginx.conf"), []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, "nginx", dir, "bash", "-c", nginxRun, "nginx", nginx, fmt.Sprint(port), dir)
	// By name: the certificate has to be verified for one.
	p.url = fmt.Sprintf("wss://localhost:%d/", port)
	p.flags = []string{"--cacert", filepath.Join(dir, "ca.pem")}
	p.name = "nginx + " + backend.name
	return p
}

// freePort returns a port that was free a moment ago; nginx does not tell which
// one it got for port 0.
func freePort(t *testing.T) int {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().(*net.TCPAddr).Port
}

// writeCertificate writes ca.pem, and cert.pem with key.pem for localhost,
// signed by it.
func writeCertificate(t *testing.T, dir string) {
	t.Helper()
	now := time.Now()
	ca := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "wsstorm integration CA"},
		NotBefore:             now.Add(-time.Hour),
		NotAfter:              now.Add(24 * time.Hour),
		KeyUsage:              x509.KeyUsageCertSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2),
		Subject:      pkix.Name{CommonName: "localhost"},
		NotBefore:    now.Add(-time.Hour),
		NotAfter:     now.Add(24 * time.Hour),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:     []string{"localhost"},
	}
	caKey, leafKey := newKey(t), newKey(t)
	sign := func(file string, c *x509.Certificate, key *ecdsa.PrivateKey) {
		der, err := x509.CreateCertificate(rand.Reader, c, ca, &key.PublicKey, caKey)
		if err != nil {
			t.Fatal(err)
		}
		writePEM(t, filepath.Join(dir, file), "CERTIFICATE", der)
	}
	sign("ca.pem", ca, caKey)
	sign("cert.pem", leaf, leafKey)
	der, err := x509.MarshalPKCS8PrivateKey(leafKey)
	if err != nil {
		t.Fatal(err)
	}
	writePEM(t, filepath.Join(dir, "key.pem"), "PRIVATE KEY", der)
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func writePEM(t *testing.T, path, kind string, der []byte) {
	t.Helper()
	block := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
	if err := os.WriteFile(path, block, 0o600); err != nil {
		t.Fatal(err)
	}
}

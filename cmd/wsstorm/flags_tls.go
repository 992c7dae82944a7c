package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"

	"github.com/spf13/pflag"
)

// tlsFiles is what the TLS flags say.
type tlsFiles struct {
	caCert, cert, key string // paths
	serverName        string
	min               tlsMin
	insecure          bool
}

// tlsMin is the oldest version of TLS that is accepted.
type tlsMin uint8

const (
	tls12 tlsMin = iota
	tls13
)

// tlsFlagNames are the flags that mean nothing to a ws:// URL.
var tlsFlagNames = []string{"cacert", "cert", "key", "servername", "tls-min", "insecure"}

func (f *flags) tlsFlags(set *pflag.FlagSet) {
	t := &f.tls
	set.Var(text(&t.caCert, nounFile), "cacert", "trust the certificates of this PEM file instead of the system's")
	set.Var(text(&t.cert, nounFile), "cert", "client certificate, PEM")
	set.Var(text(&t.key, nounFile), "key", "its private key, PEM")
	set.Var(text(&t.serverName, "NAME"), "servername", "name to ask for (SNI) and to verify, in place of the URL's host")
	set.Var(choice(&t.min, "1.2", "1.3"), "tls-min", "oldest version of TLS to accept")
	set.BoolVarP(&t.insecure, "insecure", "k", false, "accept any certificate")
}

// config reads the files.
func (t *tlsFiles) config() (*tls.Config, error) {
	c := &tls.Config{
		MinVersion:         tls.VersionTLS12,
		ServerName:         t.serverName,
		InsecureSkipVerify: t.insecure,
	}
	if t.min == tls13 {
		c.MinVersion = tls.VersionTLS13
	}
	if t.caCert != "" {
		pem, err := os.ReadFile(t.caCert)
		if err != nil {
			return nil, fmt.Errorf("--cacert: %w", err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("--cacert: %s has no PEM certificate in it", t.caCert)
		}
	}
	if t.cert != "" {
		pair, err := tls.LoadX509KeyPair(t.cert, t.key)
		if err != nil {
			return nil, fmt.Errorf("--cert and --key: %w", err)
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return c, nil
}

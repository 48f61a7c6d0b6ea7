/**
 * Certificates of an authority that no host knows.
 *
 * @module
 */

/** A script that writes to the directory `$1` an authority, and certificates for `localhost` that are right or wrong in one way. */
export const CERTIFICATES = `set -e; cd "$1"
openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj "/CN=House CA"
openssl req -newkey rsa:2048 -nodes -keyout key -out csr -subj "/CN=localhost"
sign() { # name, subjectAltName, days
  echo "subjectAltName=$2" >"$1.ext"
  openssl x509 -req -in csr -CA ca.pem -CAkey ca.key -CAcreateserial -out "$1.pem" -days "$3" -extfile "$1.ext"
}
sign right DNS:localhost,IP:127.0.0.1 2
sign other DNS:other.example 2
sign expired DNS:localhost -1
openssl req -x509 -key key -out self.pem -days 2 -subj "/CN=localhost" -addext "subjectAltName=DNS:localhost"
mkdir dir && cp ca.pem dir/5d0f1e2a.0
`;

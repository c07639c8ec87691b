//! Keys of the tests' own issuer. They sign nothing but what these tests read.

use jsonwebtoken::{Algorithm, EncodingKey};

/// A key that signs, under the name by which its public half is found.
pub struct SigningKey {
    pub name: &'static str,
    pub algorithm: Algorithm,
    pub key: EncodingKey,
}

/// The issuer's key, RS256.
pub fn first() -> SigningKey {
    rsa("first", FIRST)
}

/// The one that follows it, RS256.
pub fn second() -> SigningKey {
    rsa("second", SECOND)
}

/// The issuer's key of the other kind, ES256.
pub fn curve() -> SigningKey {
    SigningKey { name: "curve", algorithm: Algorithm::ES256, key: EncodingKey::from_ec_pem(CURVE.as_bytes()).unwrap() }
}

fn rsa(name: &'static str, pem: &str) -> SigningKey {
    SigningKey { name, algorithm: Algorithm::RS256, key: EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap() }
}

const FIRST: &str = "-----BEGIN PRIVATE KEY-----
MIIEvwIBADANBgkqhkiG9w0BAQEFAASCBKkwggSlAgEAAoIBAQDa+waCiz3xsS+n
6dpe0maFkdmFCULj2TNeKHArcAUgoDUHQfulD17Zw5z3/IGdK3URyhqUJvYh9siA
9lDoMQcS21LDyXtPFVH4sg3aIEncn2EFpMqqjFMTGj9/1pRMt4LRroeSsXIaznSc
qVnviZrVSVBCuCvcw/GmsdOY9SFj8/Y3VfqZQWYxI6oGwcx2qWYNgM9jufzTwZZ2
H7oSQGwshPRuSIlDUjBdrnGfic+f5UhYfFkZ4LFQFsk+LURFvDH7QMg6izIOagEv
9B8j8AxnWGCaX7xfXizrtu0rV43GRj+J8LmrmC7XH8DCkSbH5rZOcL7n3jObRYAE
TCxqJIXLAgMBAAECggEAGhdgK9xstwgw8MWGWqyga+Mi6HJgC/Hsku19NU/AQfuU
wJaguzFc+ylkNzquNDc3WF/yUXC1pvpWjYx2ZhQMDw0e4WvM9hvzi7mmDjVcAkjj
MImgCY4gCoiixEKhojpuAI8rttN5uwPvv7LV9RqPiOuWqpHIeCIeADSeolJNdjEk
vNSh78Y620udhmEnQoSs6blxTfGR3/2LNA8bXeTLP5D4BFKSY5scNVczglNEBcRZ
xWxfl2sUFZDHCsK+N4hnYQmoD9U02u8cAzwq3ZU6DFIec629dU89bK8oNVjv0W2o
uAas54gvfTf3SQ51YoiCCalFaAATX7DEZBkGXDrRwQKBgQD8k/ekmPJ87iXitggf
4/KWxTI3ThGWdnapkcXMutYA+idfH9vQPqewJzeEZaG1Ce1WQ9aRwFjyfagkqDvY
Ku6DuYAqAdcS5Hk+PEmbeMrizzymOi+AKw35ZnG1Ngm4yJm7NIPXv0bf5IgxVvO8
DI9LCSfvDnMUDOJHqcLPMU6ekQKBgQDd8oepllg5GHc/356r/mapCwhnBBnAVp+w
DskbGNu/qJmGtTde4MXe5ngJCumfU9d7kArJNt3PGwKARq2dVlzaB+5ZPRlK79kl
1tT/zBnf/3AyvmG5RiWUaTXCSl+80/fDM7imGKZRG+r34XMGB8D3DnLIxRv7LGyS
ZOTF5KxEmwKBgQDLXdhnjz6vmJComiiwhLku7Fgib5l5rKien+DDlyv4XXKWBPDY
G5qpGup4j9xECFowuy5o7JaxqLtZyJtm0ip5pUKskA68B3oXwjMCG6BAPtx2eyMD
76awyOuFHJ13Sw18zivZ6wkF/Nwr3fch0nsNz7F3qgq+eiE30lgou2qyAQKBgQCE
wgqVzSFOXa0O3tLJbG251aib/h7tJqN0KxPuCmt/c/kJU6IgNXEGSHMqbYWa0QrG
lT1uaEw7EpvnYN9+imcV38KZTGuxoFASSzOzIkGj8+YH5EsOCMB3yormgZhMmbnM
4EYly/7H61wcE5W62K562QCdyRFYp5T16DXTjVnh2wKBgQDgBgpYAYrk+gdhktYA
Zek05qg0L8WOY4eOXqpIZuslNH9X3LlRT7fN+53XiMQlY08LgkNP/aWEOLucgL9I
PiYlBY+ggNClslC+tD4csdBuctJXmZrTquoREt29TkUov59v/OIODqIhGO3Hx6+o
5hqQDPTVTOoRmHVwWGDhczbUUw==
-----END PRIVATE KEY-----
";

const SECOND: &str = "-----BEGIN PRIVATE KEY-----
MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQC58n+pDFtH91tv
UbfE+31duc3KZ29omM+ZLWWgDnf19EFLkUmyyiitbXF/PmcPwAe/G3waA8FScHeW
Db0tgeYqJXn8EQZ/nSGvZQVcpdWlxU43E6Eicq3BJJPtXjQVfHQ01JcgSdhqMB7S
FkPUmaWnN6ucGr7hcWpK0ucMQodC2ocXJ3VnWOqCcEoDXbs6euJdTxXCT4Ai0/rZ
lezyEdkg/VB9XAjfHd4jVz988SHqeVJcIDABkqFBHPMSbObdl8paNu5tJA7uQBTt
cm649Zslk+DQCW2KUKOYtLlRgzZ+OTZiJWagk8aF7wIHTuBJrusExNQZGUJT6gdl
fsRG8w4dAgMBAAECggEAIgGc4jwtx3QP50RhIOfDbiwoXB9dixoDQWbBgquSucrx
VBIekdGR7eGpk5VEgOdkI0myAQn1xY9m92zMz7FFeCjBbd1pPFZuziZh/Cch8v6q
Br2SxvuFFmELoqoLSXCoye6lMtT+fLEPOemzfwKYfoPaYSKtDQrSXxvCAIZ8OTfw
nlHEu7erbxZVVr0wcg88/xwnuE8UKXvigB6k48FCRCgM2qsjE2eRn+iBWw2OI8ev
d8iR4cJJMRvsFcOFabFohsU1b0shU3rfliqdwcU1O4V8HJCsy9sgKWdo6VBs13b9
71TDAaW714o8PhlC29WiIbwlcTx0EXCuQtWCnuSkUQKBgQDzHyrqV6pJj1FDhovV
m9NVU6sIYfANuwmF2+BMtCw+1m8xRR5XL9RWhqA1pbnsUI67EdU3IIEfDVK7Mgli
Cmc/ESmLrQbSBykufyFiH/rROSJGfGE4Mf/gQavk3brwvWm+qtKEZB0h+88QA445
JIaTPEgUbt8Kpc7xqUTf1rT6hQKBgQDDzAVn9+7PSGnIrvBEBZdI5QG0fbw7TClr
ih8TaZV2doxZUpO2epzMN91yfRJBArKHUy1t0D6Wj0+4LUpCBQj1/efiqN0HnrWx
eFcjYSiExLuDaEisAUoRCz1zu7kwiQNiGABw393OwAMi87Y1jiCUXwVFxVWapmPM
PPZrdls0uQKBgH9wWf2GwGNYtZ8wusHYsZlrhx6Yv81iumYpUFTEqOCzZIuuEG5h
SuukG/yjB2dA/uA+Q8Zmymgtgq1PWC3FCEO9ykpGA2o6iLKvvx8BZmcfjMDn18ou
I1M4+VK5i5E/qFtijYEKPV8f8HUTeAyqAcTR93KGf3HEYkq4kLrIgAtFAoGBAJ6E
mD/jcBmrs9FBKM65hBEFL0s0nOeZMtOZAK3TxqkhM2HBxEtxm26PMB9X+SZfC7EZ
+2azuWhl4JHpQPyQXP/jsBBGzKQ1rz5egpXnPEm5iWLLVELFzHReGEOR0U3lL7ME
YZ8A7/BKbn+mtndHeUMGZxtkt3i8i4G4PX0lVpQpAoGBAK2ghGce83F1MrJPGeg4
bCspm8AHHuNgq6EKSno30XqmX7zyRhr9YZp4qzfDKYd7o3TzYL5ST1go0h4oNBr3
NxMAC+jqVYew/z3Ui8V2SSR+AJ3BHLS7x81irTFJDMY3sYy9FWOhlRI0MCutTC9D
AFANiqIpm1ONbwOi2B+tMjZm
-----END PRIVATE KEY-----
";

const CURVE: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQghOY6808Cl0FFi/n+
yT7ioyztGCDEvb0EkYXgPmr8wGShRANCAASuFNLyv1om2CSdbS7FbKYBUTkY77Me
+ISRGIe5PHYrjuKPDnwhk3oxRMKfI5cAzqU7hyKNkOWn7lrI83XOCBAt
-----END PRIVATE KEY-----
";

/// The services databases of the tests, so that none depends on the machine's.

enum Services {
    /// The names of RHEL that our cases use, with its spellings; aliases as in CASES.md F7.
    static let redHat = """
        # name            port/proto  aliases
        discard           9/tcp       sink null
        discard           9/udp       sink null
        sunrpc            111/tcp     portmapper rpcbind
        sunrpc            111/udp     portmapper rpcbind
        ldap              389/tcp
        ldap              389/udp
        ipp               631/tcp                     # Internet Printing Protocol
        ipp               631/udp
        ldaps             636/tcp
        ldaps             636/udp
        ha-cluster        694/tcp
        ha-cluster        694/udp
        kerberos-adm      749/tcp     kerberos_adm
        kerberos4         750/udp     kerberos-iv kdc
        kerberos4         750/tcp     kerberos-iv kdc
        krb_prop          754/tcp     krb5_prop hprop
        rndc              953/tcp
        imaps             993/tcp
        shell             514/tcp     cmd
        syslog            514/udp
        sctponly          995/sctp
        """ + "\n"

    /// The same names as Debian 12 has them: no rndc, no ha-cluster, ipp by tcp only.
    static let debian = """
        discard           9/tcp       sink null
        discard           9/udp       sink null
        ldap              389/tcp
        ldap              389/udp
        ipp               631/tcp
        ldaps             636/tcp
        ldaps             636/udp
        kerberos-adm      749/tcp
        kerberos4         750/udp     kerberos-iv kdc
        kerberos4         750/tcp     kerberos-iv kdc
        krb-prop          754/tcp     krb_prop krb5_prop hprop
        imaps             993/tcp
        """ + "\n"
}

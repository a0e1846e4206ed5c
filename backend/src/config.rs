pub struct Secret(String);
impl Secret {
    pub fn reveal(&self) -> &str {
        &self.0
    }
}
pub struct Service {
    pub listen: std::net::SocketAddr,
    pub network: ton::network::Network,
    pub assets: crate::money::Assets,
    pub public_url: String,
    pub bot_token: Secret,
    pub old_bot_token: Option<Secret>,
    pub world_url: Option<String>,
    pub poll: std::time::Duration,
}
impl Service {
    pub fn proof_domains(&self) -> Vec<String> {
        vec![]
    }
}

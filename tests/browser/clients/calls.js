// Calls the API by both official Node SDKs, unchanged but for their endpoint, and prints what each call came to.
const mainland = require("tencentcloud-sdk-nodejs-ses").ses.v20201002.Client;
const intl = require("tencentcloud-sdk-nodejs-intl-en");
const { secretId, secretKey, sender, template, data, endpoints } = JSON.parse(process.env.CALLS);

// The international SDK knows callbacks and models, the other promises and plain objects.
const makers = {
  mainland: (httpProfile, signMethod) => {
    const profile = { httpProfile, signMethod, language: "en-US" };
    const client = new mainland({ credential: { secretId, secretKey }, region: "ap-hongkong", profile });
    return (action, params) => client[action](params);
  },
  international: ({ endpoint, protocol, reqMethod }, signMethod) => {
    const { Credential, ClientProfile, HttpProfile } = intl.common;
    const http = new HttpProfile();
    Object.assign(http, { endpoint, protocol, reqMethod, headers: { "X-TC-Language": "en-US" } });
    const credential = new Credential(secretId, secretKey);
    const client = new intl.ses.v20201002.Client(credential, "ap-singapore", new ClientProfile(signMethod, http));
    return (action, params) =>
      new Promise((resolve, reject) => {
        const request = new intl.ses.v20201002.Models[`${action}Request`]();
        request.from_json_string(JSON.stringify(params));
        client[action](request, (error, answer) => (error ? reject(error) : resolve(answer)));
      });
  },
};

// A recipient of its own for each mail: one may get ten an hour.
let sent = 0;
const mail = (more = {}) => ({
  FromEmailAddress: `Shop <${sender}>`,
  Subject: "Grüße & 你好",
  Destination: [`reader-${(sent += 1)}@node.test`],
  Template: { TemplateID: template, TemplateData: data },
  ...more,
});
const large = { Attachments: [{ FileName: "a.txt", Content: "a".repeat(9 * 1024 * 1024) }] };

async function outcome(call) {
  try {
    return await call;
  } catch (error) {
    return { code: error.code, message: error.message };
  }
}

async function main() {
  const found = [];
  for (const [name, make] of Object.entries(makers)) {
    for (const [endpoint, protocol] of endpoints) {
      const call = make({ endpoint, protocol, reqMethod: "POST", reqTimeout: 60 }, "TC3-HMAC-SHA256");
      found.push({ name, endpoint, did: "list", is: await outcome(call("ListEmailAddress", {})) });
      found.push({ name, endpoint, did: "send", is: await outcome(call("SendEmail", mail())) });
      const refused = await outcome(call("SendEmail", mail({ Unsubscribe: 0 })));
      found.push({ name, endpoint, did: "refused", is: refused });
      found.push({ name, endpoint, did: "large", is: await outcome(call("SendEmail", mail(large))) });
      const old = make({ endpoint, protocol, reqMethod: "POST", reqTimeout: 60 }, "HmacSHA256");
      found.push({ name, endpoint, did: "old", is: await outcome(old("SendEmail", mail())) });
      const get = make({ endpoint, protocol, reqMethod: "GET", reqTimeout: 60 }, "TC3-HMAC-SHA256");
      found.push({ name, endpoint, did: "get", is: await outcome(get("ListEmailTemplates", { Offset: 0, Limit: 5 })) });
    }
  }
  console.log(JSON.stringify(found));
}

main();

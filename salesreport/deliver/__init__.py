"""The right report to the right person: a finished pack → bundles and mails, each checked, each noted.

- `salesreport.deliver.settings`: how mails are sent; user and password come from the environment
- `salesreport.deliver.ready`: a pack's folder → its manifest, where it is finished and whole
- `salesreport.deliver.people`: reps, managers and their addresses
- `salesreport.deliver.recipients`, `salesreport.deliver.listed`: who gets what, from the dataset or a CSV file
- `salesreport.deliver.editions`: what of a report each reader gets
- `salesreport.deliver.bundle`, `salesreport.deliver.parcel`: attachments
- `salesreport.deliver.identity`, `salesreport.deliver.guard`: whom an attachment is about, and whether that is
  right
- `salesreport.deliver.mail`: the mail around it
- `salesreport.deliver.log`: who got what
- `salesreport.deliver.post`: one mail over the line
- `salesreport.deliver.run`: all of it, in order
"""
